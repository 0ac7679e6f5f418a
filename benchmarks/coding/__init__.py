"""How well the embedded coder reads: its proposals beside codings made by hand, on reports it was built with and on texts it was not."""
