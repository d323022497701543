### Printed receipts, letters and reports; dates and times.
