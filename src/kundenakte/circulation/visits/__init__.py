"""Work at the customer's: a task is taken along on a device, its report comes back when there is a network again."""
