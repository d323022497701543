### Commands of the program lichtbild-gateway.
