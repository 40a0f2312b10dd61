// How many in each queue stand from one place up to the next, for places in their order.
// $parts
// -> found
UNWIND $parts AS part
UNWIND part.lanes AS lane
UNWIND range(1, size(part.places) - 1) AS index
WITH lane, part.urgency AS urgency, index, part.places[index - 1] AS first, part.places[index] AS next
WITH lane, urgency, index, COUNT {
  MATCH (g:Generation)
  WHERE g.lane = lane AND g.urgency = urgency AND g.place >= first AND g.place < next
} AS number ORDER BY lane, urgency, index
WITH lane, urgency, collect(number) AS numbers
RETURN collect([lane, urgency, numbers]) AS found
