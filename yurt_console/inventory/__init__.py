"""The read model: tables, joins, totals and capacities over the cluster cache."""
