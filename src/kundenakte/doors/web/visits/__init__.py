"""On the road (Unterwegs): visits taken along, filled in without a network, and sent when there is one."""
