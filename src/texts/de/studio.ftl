### The program lichtbild-studio.
