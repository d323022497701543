### Problems of the HTTP API (RFC 9457): titles and details.
