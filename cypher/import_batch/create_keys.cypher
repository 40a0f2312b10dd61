// Notes which assets that were there already keys of an import stand for.
// $run $rows
UNWIND $rows AS row
CREATE (:ImportKey {run: $run, key: row[0], asset: row[1]})
