### Printed receipts, letters and reports; dates and times.

### Citizen receipt.
paper-receipt = Retrieval code
    .document = Retrieval code for a biometric photo
    .subtitle = (Abrufcode) for your biometric passport photo
    .symbol = DataMatrix with the retrieval code
    .valid-until = Valid until the end of
    .issued-by = Issued by
    .number = Photo no. { $number }
paper-receipt-purpose = What is this receipt for?
    .text = Show it at the registration office (Bürgerbüro) when you apply for an identity card or a passport. The office uses it to collect your photo, and the photo is erased afterwards. The code works only once. If you need two documents, please say so before you start.
paper-receipt-confidential = Please keep it confidential
    .text = Look after this receipt as you would look after cash. Give the code to the registration office only.
paper-receipt-lost = Lost it?
    .text = Ask the photo studio. It can print the receipt again or withdraw the photo. The office does not know the code. If the studio no longer has the code either, you need a new photo.

### Invitation letter.
paper-letter = Invitation: connect a device to the Lichtbild gateway
    .document = Invitation to the Lichtbild gateway
    .device = Device
    .device-number = Device number
    .valid-until = Valid until
    .for-studios = This letter lets you connect the device named above to the gateway. Through the gateway, your studio sends biometric photos to the registration office.
    .for-offices = This letter lets you connect the device named above to the gateway. Through the gateway, your office collects biometric photos from photo studios.
    .key-stays = The private key is created on the device and never leaves it.
    .address = Page
    .code = Invitation code
paper-letter-browser = 1. Connect the device, in a browser or with the studio program
    .text = In a browser, nothing is installed. Open this page on the device and type the code:
    .untrusted = In a browser, nothing is installed. Open this page on the device. The browser warns because it does not know this gateway yet: choose “Advanced” (Safari: “Details”), then “Proceed”. Type the code only when the fingerprint matches (2.).
    .program = With the program: on Windows open “Lichtbild einrichten” in the start menu and type the page’s address and the code; otherwise type this on the device, in one line:
paper-letter-compare = 2. Compare the fingerprint
    .browser = In a browser, look before you type the code: click the symbol in front of the address and open the certificate of the page, there the topmost one.
    .trusted = In a browser, nothing has to be compared unless it warns about the page.
    .text = The program shows the fingerprint before it sends the code. This is the correct SHA-256 fingerprint of the certificate authority:
    .differs = If it differs, contact the organisation that invited you, and do not continue.
    .other-programs = Other programs (EST, RFC 7030) use it to identify the gateway.
paper-letter-failure = If it does not work
    .text = The invitation code works once. It expires at the time named above and after three failed attempts, and is worthless from then on. Ask the organisation that invited you for a new invitation.
paper-letter-confidential = Please keep it confidential
    .text = Anyone who uses the code before you can connect another device in your name. If the envelope was open, do not use the code and report it. Destroy this letter once the device is connected.

### Report of checked photos.
paper-report = Check report
    .document = Lichtbild: check report
    .judged-by = Checked against
    .foot = This page contains the photos themselves, byte for byte, and is as confidential as they are. The photos were checked on this computer; nothing was sent. The program can be wrong: the office decides about each photo.
    .overview = Overview
    .file = File
    .verdict = Result
    .size = Size
    .eyes = Eyes
    .tilt = Tilt
    .findings-and-advice = Findings (advice)
paper-report-photo = Photo { $file }, { $width } x { $height } pixels
    .none = No photo shown: the file could not be read safely and is not part of this page.
    .show-guides = Show guide lines
    .found-or-estimated = found or estimated
    .findings = Findings
    .no-findings = None. There is nothing to do.
    .refusal = refusal
    .advice = advice
    .measurements = Measurements
    .measurement = Measurement
    .measured = measured
    .asked-for = required
paper-made-at-studio = measured in the studio only
paper-made-at-desk = measured here only
paper-result-accepted = accepted
paper-result-remarks = accepted with remarks
paper-result-refused = refused
paper-result-unreadable = unreadable
paper-photo-count = { $count ->
    [one] { $count } photo
   *[other] { $count } photos
}
paper-measurement-bytes = File size
paper-measurement-size = Photo size
paper-measurement-quality = JPEG quality
paper-measurement-resolution = Print resolution
paper-measurement-faces = Faces
paper-measurement-pupils = Pupils (x, y)
paper-measurement-chin = Chin (x, y)
paper-measurement-crown = Crown with hair (y)
paper-measurement-eye-distance = Distance between the eyes
paper-measurement-roll = Head tilt
paper-measurement-yaw = Head turn to the side
paper-measurement-pitch = Head nod
paper-measurement-horizontal = Centre of the face, share of the width
paper-measurement-vertical = Eyes from the top, share of the height
paper-measurement-head-width = Head width, share of the width
paper-measurement-head-height = Head height (estimated), share of the height
paper-guides = Guide lines: pupils { $distance } pixels apart, centre of the face at { $across } % of the width, eyes at { $down } % of the height from the top.
    .pose = Head turned { $yaw } to the side and { $pitch } down.
    .no-eyes = Guide lines of the profile; no eyes were found in the photo.
    .centre = centre
    .crown = crown within this area
    .eyes = eyes within this area
    .chin = chin within this area
    .crown-estimated = crown, estimated
    .chin-found = chin
