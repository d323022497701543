### Pages for photographers: the studio's own photos (`/studio/photos`) and this computer (`/studio/computer`).

## List of photos.
studio-photos-lead = All photos of your studio, newest first. The gateway never shows pictures or codes. The photo no. is also at the foot of the receipt: note it with the order, because the gateway knows no names or file names.
studio-photos-column-deposited = Deposited
studio-photos-column-state = State
studio-photos-column-number = Photo no.
studio-photos-column-device = Device
studio-photos-column-profile = Photo profile
studio-photos-column-until = Valid until
studio-photos-column-size = Picture
studio-photos-filter-show = Show
studio-photos-filter-all = all photos
studio-photos-filter-new = new refusals
studio-photos-filter-available = waits for the office
studio-photos-filter-leased = at the office now
studio-photos-filter-kept = kept for a second document
studio-photos-filter-used = used
studio-photos-filter-refused = refused at the office
studio-photos-filter-withdrawn = withdrawn
studio-photos-filter-expired = expired
studio-photos-none = Your studio has not deposited a photo yet.
studio-photos-none-new = There is no new refusal.
studio-photos-none-of-state = No photo has this state: { $state }.
studio-photos-page-empty = There is no photo on this page.
studio-photos-older = Older photos
studio-photos-newest = To the newest
studio-photos-new = { $count ->
        [one] An office has refused a photo.
       *[other] Offices have refused { $counted } photos.
    }
studio-photos-new-hint = { $count ->
        [one] The person needs a new photo.
       *[other] The people need new photos.
    }
studio-photos-new-mark = New
studio-photos-show-new = Show new refusals only
studio-photos-mark-seen = { $count ->
        [one] Mark the refusal as seen
       *[other] Mark these { $count } refusals as seen
    }
studio-photos-reason = Reason:
studio-photos-note = The office's note:

## One photo.
studio-photos-photo = Photo
studio-photos-size = { $width } × { $height } pixels, { $kilobytes } kB
studio-photos-findings = Remarks of the check
studio-photos-refused = Refused at the office
studio-photos-refused-next = The photo is erased, and its code is no longer valid. Inform the person and take a new photo; it gets a new code.
studio-photos-new-photo = Deposit a new photo
studio-photos-receipt = Print the receipt again
studio-photos-receipt-hint = The gateway keeps no code. At the computer that deposited the photo, choose the same file again and check it; you get the same receipt.
studio-photos-to-receipt = Open the receipt
studio-photos-back = To my photos

## Withdrawal.
studio-photos-withdraw = Withdraw the photo
studio-photos-withdraw-hint = For example, if the person wants another photo.
studio-photos-withdraw-this = Withdraw this photo
studio-photos-withdraw-kept = An office has used the photo and, as the person asked, keeps it until { $until } for a second document. It can no longer be withdrawn.
studio-photos-withdraw-leased = An office is processing the photo. It cannot be withdrawn meanwhile.
studio-photos-withdraw-lead = The gateway erases the photo at once. The code on the receipt is then no longer valid, and no office can collect the photo. This cannot be undone.
studio-photos-withdraw-receipt = Ask the person to destroy the receipt.
studio-photos-withdraw-now = Withdraw for good
studio-photos-keep = Keep the photo

## This computer.
studio-computer-lead = This page shows whether everything at this computer is ready for deposits.
studio-computer-studio = Studio
studio-computer-known = The gateway knows this computer.
studio-computer-ends-soon = The certificate expires soon. Renew it now; after its end this computer needs a new invitation.
studio-computer-connection = Connection
studio-computer-ready = The gateway can be reached and accepts photos.
studio-computer-not-ready = Try again in a few minutes. The codes that you have handed out stay valid; nothing is lost.
studio-computer-cookies-failed = The browser does not send them back: without them it shows no receipt after a deposit. Allow cookies for this address.
studio-computer-scripts-off = Off. You can deposit without scripts, one photo at a time, and choose each file twice. Only the certificate cannot be renewed without scripts.
studio-computer-profile = Photo profile
studio-computer-profile-lead = The gateway checks every photo by these limits. Some limits of the face differ for children.
studio-computer-age = Age of the photo
studio-computer-age-limit = at most { $months } months
studio-computer-help = Help
studio-computer-contact = The gateway's operator answers questions:
studio-computer-no-contact = The gateway's administrator, who sent the invitation for this computer, answers questions.
studio-computer-further = Connect further computers
studio-computer-further-lead = Each computer and each tablet gets its own certificate. Do not copy one from one device to another.
studio-computer-further-invitation = Ask the gateway's administrator for an invitation for each further device. A code is for one device and valid for a short time only.
studio-computer-further-connect = In the browser of the new device, open the address from the letter and enter the code.
studio-computer-further-import = Import the saved file on that device as the page shows. Then it opens these pages.
studio-computer-further-lost = If a device is lost or stolen, report it at once: the administrator then revokes its certificate.
