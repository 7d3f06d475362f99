"""What the world outside looks like: the contract (`sdk`) and the connectors written against it."""
