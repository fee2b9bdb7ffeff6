"""What an administrator sets up: accounts, roles and rights, exceptions, watched folders, the own company, health."""
