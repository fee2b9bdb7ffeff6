"""Cases: a process of `processes` that runs in a customer's file, its tasks those of every circulation folder."""
