"""The command line: everything a dispatch center or a program lead does without the console."""
