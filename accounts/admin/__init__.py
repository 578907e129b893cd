"""What an account's owner, and administrators, see and change of it: sign-ins, sessions, second factor, address, picture."""
