"""The window's pages in every state, as pictures that are the same on each machine."""
