// Writes audit entries; runs in the transaction of the changes they tell of.
// $rows $at
UNWIND $rows AS row
CREATE (e:Entry)
SET e = row, e.at = $at
