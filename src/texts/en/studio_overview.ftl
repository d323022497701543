### Page of `lichtbild-studio status --html`.

studio-overview-title = Lichtbild: overview
studio-overview-made-at = As of { $at }. The page does not change by itself: open the overview again for the current state.
studio-overview-no-codes = Codes are not on this page, only on the receipts.
studio-overview-offline = The gateway could not be asked. This page shows everything that is known on this computer.
studio-overview-written = The overview: { $path }
studio-overview-not-opened = The overview cannot be opened in the browser ({ $cause }). Open the file yourself: { $path }

## Watch of the folder.
studio-overview-watch = Watch of the folder
studio-overview-watch-running = running
studio-overview-watch-stopped = not running
studio-overview-watch-unknown = unknown
studio-overview-watch-advice = New photos stay in the folder until it runs. Open { $setup } and answer the first question with enter: that starts it again.
studio-overview-folder = Folder
studio-overview-since = Running since
studio-overview-last-message = Last message
studio-overview-last-failure = Last error
studio-overview-no-folder = The folder of this overview is not known; the page shows everything that does not need it. Write the folder to studio.toml (folder = 'PATH'), or name it with `--folder PATH`.
studio-overview-folder-unreadable = The folder { $path } cannot be read ({ $cause }). Check its name, or connect the network drive or disk, and open the overview again.
studio-overview-notes-unreadable = The notes about the deposited photos cannot be read ({ $cause }).

## Checks.
studio-overview-checks = Can this computer deposit photos?
studio-overview-checks-good = yes
studio-overview-checks-attention = yes, with a remark
studio-overview-checks-fault = no
studio-overview-checks-details = Details
studio-overview-column-check = Check
studio-overview-column-result = Result
studio-overview-column-explanation = Explanation

## Photos.
studio-overview-today = Deposited today ({ $count })
studio-overview-today-none = This computer has not deposited a photo today.
studio-overview-column-time = Time
studio-overview-column-photo = Photo
studio-overview-column-state = State
studio-overview-column-receipt = Receipt
studio-overview-column-reason = Reason
studio-overview-column-message = Message
studio-overview-receipt-pdf = PDF
studio-overview-receipt-text = Text
studio-overview-receipt-of = Receipt for { $name } ({ $kind })
studio-overview-receipt-gone = deleted
studio-overview-state-deposited = deposited
studio-overview-refused = Refused, not deposited ({ $count })
studio-overview-refused-none = There is no refused photo in the folder refused.
studio-overview-refused-advice = Correct the photo or take it again, and export it again. Delete photos and reports in the folder refused when they are not needed any more.
studio-overview-office = Refused at the office ({ $count })
studio-overview-office-advice = Tell the customer, take a new photo and export it; the old code is no longer valid.
studio-overview-state-refused = refused by an office
studio-overview-receipt-void = no longer valid
studio-overview-office-none = No office has refused a photo in the last 14 days.
studio-overview-office-none-known = No refusal is known on this computer.
studio-overview-other-computer = photo of another computer
studio-overview-waiting = Waiting ({ $count })
studio-overview-waiting-none = No photo is waiting.
studio-overview-stage-exported = in the folder
studio-overview-stage-claimed = is being checked and deposited
studio-overview-stage-spooled = will be sent at the next connection
studio-overview-messages = Last messages
studio-overview-messages-none = There is no message from the last two days.
studio-overview-message-start = started
studio-overview-message-end = ended
