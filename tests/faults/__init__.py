"""What survives: processes killed, databases and mail servers gone, clocks that jump. docs/reliability.md."""
