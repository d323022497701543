### Pages for photographers in the browser (`/studio/`).

## Navigation and messages of all pages.
studio-page-deposit = Deposit a photo
studio-page-photos = My photos
studio-page-computer = This computer
studio-page-expiry = This computer's certificate expires
    .remedy = Renew it now
studio-page-failed = That did not work
studio-page-try-again = Try again
studio-page-to-start = To the start

## Choice of photos.
studio-page-deposit-lead = The photo is only checked at first. It is stored when you deposit it afterwards; then you get the receipt with the retrieval code.
studio-page-choose = Choose a photo
studio-page-choose-hint = A JPEG file as your image editor saved it.
studio-page-choose-several = Drop, paste or choose JPEG photos, or drop a folder
studio-page-declaration = Child, or exception for medical or religious reasons
studio-page-declaration-hint = Applies to the photos that you choose afterwards. Only you and the office that gets the code see it.
studio-page-subject = Age of the person
studio-page-subject-adult = ten years or older
studio-page-subject-under10 = under ten years
studio-page-subject-under6 = under six years
studio-page-exception = Exception
studio-page-exception-none = none
studio-page-exception-medical = medical reason
studio-page-exception-religious = religious reason, such as a head covering
studio-page-check = Check the photo
studio-page-nothing-chosen = No file is chosen
    .hint = Choose a JPEG photo and then check it.
studio-page-other-file = This is not the photo that was checked
    .hint = Only the file that was checked before can be deposited. Nothing was stored. Choose the photo again and check it.

## Result of a check.
studio-page-checked = Checked photo
studio-page-verdict-accepted = Checked, fine – not deposited yet
studio-page-verdict-remarks = Checked, with remarks – not deposited yet
studio-page-verdict-refused = Not accepted
studio-page-photo-alt = The chosen photo
studio-page-no-findings = All measured rules are met.
studio-page-nothing-stored = This photo cannot be deposited. Nothing was stored.
studio-page-choose-again = Choose the same file again (nothing of the checked photo is stored yet)
studio-page-deposit-now = Deposit
studio-page-deposit-repeat = Show the receipt again
studio-page-deposit-again = Deposit again, with a new code
studio-page-other-photo = Another photo
studio-page-last-deposit = This photo was deposited { $day }.
studio-page-last-open = Its code is still valid; you get the same receipt.
studio-page-last-used = An office has used the photo, and the code is no longer valid.
studio-page-last-refused = An office has refused the photo, and the code is no longer valid.
studio-page-last-withdrawn = The photo was withdrawn, and the code is no longer valid.
studio-page-last-expired = Its time has run out, and the code is no longer valid.
studio-page-last-again = If you deposit it again, it gets a new code.

## Texts of the script.
studio-page-no-preview = No preview: the file is not a readable picture.
studio-page-deposit-all = Deposit { $count } photos
studio-page-repeat-all = Show { $count } receipts again
studio-page-print-all = Print { $count } receipts
studio-page-progress-checked = { $done } of { $total } photos checked
studio-page-progress-deposited = { $done } of { $total } photos deposited
studio-page-waiting = Waiting
studio-page-uploading = Sending
studio-page-checking = Checking
studio-page-depositing = Depositing
studio-page-busy = The gateway is busy. It goes on by itself in { $seconds } s.
studio-page-offline = The gateway cannot be reached
    .hint = Check the connection. Nothing is lost: if you try again, there will be no second code.
studio-page-other-answer = The gateway did not answer as expected
studio-page-unreadable = This file can no longer be read
    .hint = It was moved, changed or deleted since you chose it. Choose it again.
studio-page-folder-empty = There is no JPEG file in this folder.
studio-page-folder-unreadable = The folder could not be read to its end. Choose the missing photos one by one.
studio-page-deposited = Deposited
studio-page-open-receipt = Open the receipt
studio-page-same-file = This file is already in the list.
studio-page-remove = Remove from the list

## Receipt.
studio-page-receipt = Receipt
studio-page-receipt-again = Lost receipt? Choose the same file again, at any computer of your studio. The gateway keeps no code; the same file gives the same code again.
studio-page-paper = Paper for printing
studio-page-paper-a6 = A6 sheet
studio-page-paper-roll = 80 mm roll
studio-page-print = Print
studio-page-pdf-a6 = PDF, A6
studio-page-pdf-roll = PDF, 80 mm roll
studio-page-file-name = receipt
studio-page-show-photo = State of this photo
studio-page-no-receipt = No receipt
studio-page-code-ended = This code is no longer valid
studio-page-choose-for-new-code = If you need a new code, choose the file again and check it.
studio-page-code-not-here = The code is no longer in this browser
    .hint = Choose the same file again; you get the same receipt. The gateway keeps no code.
studio-page-choose-photo-again = Choose the photo again
