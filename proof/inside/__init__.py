"""What runs inside the process of an example: workers, servers, clients, runners."""
