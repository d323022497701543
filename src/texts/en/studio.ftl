### The program lichtbild-studio.

## The connection to the gateway.
studio-unreachable = The gateway cannot be reached ({ $cause }).
studio-timed-out = The gateway did not answer in time.
studio-connection-lost = The connection to the gateway was lost ({ $cause }).
studio-unavailable = The gateway is temporarily unavailable (status { $status }).
studio-no-common-tls = This program and the gateway support no common TLS version. Check the address in the gateway setting, and update Lichtbild.
studio-no-tls = { $address } answers without TLS. { $next }
studio-no-deposits = { $address } is not the deposit address of the Lichtbild gateway that issued this device's certificate. Check the gateway setting (usually port 8443) and the certificate setting in the configuration.
studio-client-certificate-revoked = The gateway rejects this device's certificate because it is revoked. Ask the office to register a new device, then run the same command again.
studio-client-certificate-expired-or-not-yet-valid = The gateway rejects this device's certificate because it has expired or is not yet valid. Check this computer's clock. If the certificate has expired, ask the office for a new one.
studio-client-certificate-unknown-issuer = The gateway does not know the issuer of the certificate. Check that the certificate and gateway settings in the configuration belong together.
studio-client-certificate-unsuitable = The gateway rejects this device's certificate. Ask the office for a new one and enter it in the configuration.
studio-server-certificate-other-gateway = The gateway's certificate is not trusted: its issuer { $issuer } is not in the ca file. No photo was sent. In the ca setting, enter the gateway's file that the office gave you.
studio-server-certificate-name-mismatch = The gateway's certificate is not trusted: it was issued for another host name. No photo was sent. Write the gateway setting exactly as the office gave you the address.
studio-server-certificate-not-yet-valid = The gateway's certificate is not trusted: by this computer's clock it is not yet valid. No photo was sent. The clock is probably slow: set date and time.
studio-server-certificate-expired = The gateway's certificate is not trusted: by this computer's clock it has expired. No photo was sent. Check date and time. If they are right, call the gateway's support.
studio-server-certificate-other = The gateway's certificate is not trusted: { $cause }. No photo was sent. Call the gateway's support.
studio-server-certificate-unknown-issuer = { $cause } No photo was sent. If no program inspects TLS here, another server answers at { $address }: check the gateway and ca settings in the configuration.
studio-unknown-issuer = an unknown issuer
studio-tls-inspected = The certificate was issued by { $issuer }, not by the gateway: a firewall or virus scanner inspects TLS connections. Exempt { $address } from the inspection.

## The HTTP proxy.
studio-proxy-setting = The proxy setting
studio-proxy-variable = The environment variable { $name }
studio-proxy-url-not-an-address = is not an address
studio-proxy-url-scheme = does not begin with http:// (this program supports no other kinds of proxies)
studio-proxy-url-path = has more text after host and port
studio-proxy-url = { $setting } { $fault }. Write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, or none for no proxy.
studio-proxy-unreachable = The proxy { $proxy } cannot be reached ({ $cause }). Check the proxy setting or HTTPS_PROXY, and the network connection.
studio-proxy-timed-out = The proxy { $proxy } does not answer. Check the proxy setting or HTTPS_PROXY, and the network connection.
studio-proxy-password-missing = The proxy { $proxy } requires a password (407). Enter it in the configuration: proxy = "http://USER:PASSWORD@{ $proxy }"
studio-proxy-password-wrong = The proxy { $proxy } rejects the user name or password (407). Correct them in the proxy setting or in HTTPS_PROXY.
studio-proxy-refused = The proxy { $proxy } does not allow the address { $destination } (status { $status }). Ask the proxy's administrator to allow CONNECT to { $destination }.
studio-proxy-gateway-unreachable = The proxy { $proxy } cannot reach { $destination } (status { $status }). Check the address, or try again later.
studio-proxy-not-a-proxy = The server at { $proxy } is not an HTTP proxy. Check the proxy setting or HTTPS_PROXY.

## The configuration and its files.
studio-config-of-current-folder = The configuration in use is { $file } of the current folder, not { $own }. If that is not meant, change to another folder or give --config.
studio-config-missing = The configuration { $path } does not exist. Without --config and LICHTBILD_STUDIO_CONFIG, studio.toml is searched in { $current } and then in { $profile }. If this computer is not enrolled yet, run `lichtbild-studio setup`, or `lichtbild-studio enrol URL CODE` with the office's invitation. If it is, give the right file with --config.
studio-config-unreadable = The configuration { $path } cannot be read ({ $cause }). Give the right file with --config.
studio-config-invalid =
    The configuration { $path } contains an error:
    { $cause }
    Correct this line.
studio-config-backslash =
    The configuration { $path } contains an error:
    { $cause }
    In double quotes a backslash begins a special character. Write paths in single quotes, such as 'C:\Photos\Export', or with /, such as "C:/Photos/Export".
studio-not-utf8 = { $path } is not saved as UTF-8. Save it again as UTF-8: in Notepad with "Save as", encoding UTF-8. Then run the same command again.
studio-config-gateway = { $path }: gateway = { $value } is not the address of a gateway. Write https://HOST:PORT without a path.
studio-credentials-unreadable = { $setting } = { $path }: cannot be read ({ $cause }). Check the path in the configuration.
studio-credentials-not-pem = { $setting } = { $path }: is not a PEM file with "{ $expected }". Enter the right file.
studio-credentials-unusable = { $setting } = { $path }: cannot be used. It is damaged, or certificate and key do not belong together. Have both files issued again.
studio-credentials-readable-by-others = { $setting } = { $path }: can be read by other users (mode { $mode }), who could deposit photos in the studio's name. Run: chmod 600 { $argument }
studio-nothing-sent = Nothing was sent. Then run the same command again.

## Photos, and the files beside them.
studio-photo-unreadable = { $path } cannot be read ({ $cause }). Check its name and permissions.
studio-photo-not-a-file = { $path } is not a file. Give a JPEG file.
studio-photo-too-large = { $path } is larger than { $mebibytes } MiB and therefore not a passport photo. Give the finished photo.
studio-spool-corrupt = { $path } is damaged or was written by a newer version. The photo may already be deposited. Nothing was sent. Ask the gateway's support whether it arrived; only then delete this file and run the command again (it gives a new code).
studio-spool-in-use = { $path } belongs to another push that is still running. Wait until it ends, then run the command again.
studio-receipt-corrupt = The receipt { $path } is damaged or was written by a newer version. If you still know the code, there is nothing to do. Otherwise rename the file and run the command again (it gives a new code).
studio-file-unreadable = { $path } cannot be read ({ $cause }). Check its permissions and run the command again.
studio-file-unwritable = { $path } cannot be written ({ $cause }). { $held ->
    [yes] The file is probably open in another program: close it there and run the command again.
   *[no] Move the photo to a writable folder with free space and run the command again.
}
studio-notes-unreadable = The notes about earlier deposits (folder deposits beside the configuration) cannot be read ({ $cause }). Check the permissions.
studio-note-unwritable = The note about the deposit cannot be written ({ $cause }), so `photos` will not show the file's name. { $held ->
    [yes] A file in the folder deposits beside the configuration is probably open in another program: close it there.
   *[no] Check permissions and free space in the configuration's folder.
}

## Deposits.
studio-deposit-refused =
    { $problem }
    Nothing was stored. Correct the photo or take a new one, and push it again.
studio-device-revoked =
    { $problem }
    The device is revoked permanently. Call the office that registered this studio, and enrol again with a new invitation. Then run the same command to get a code.
studio-certificate-superseded =
    { $problem }
    Use this device's newest certificate (settings certificate and key in the configuration), or ask the office that registered this studio for a new invitation and enrol with it. Then run the same command to get a code.
studio-studio-suspended =
    { $problem }
    Call the office that registered this studio. When the studio is active again, run the same command to get a code.
studio-not-allowed =
    { $problem }
    Call the office that registered this studio.
studio-gave-up = { $cause } Gave up after { $tries } tries. Run the same command again later: it gives the same code.
studio-unexpected-problem =
    { $problem }
    This is an internal error. Send this message to the gateway's support. Afterwards the same command gives the same code.
studio-wrong-receipt = The gateway's receipt does not match the photo ({ $cause }). Do not hand out a code. Update Lichtbild and run the same command again. If the error remains, call the gateway's support.
studio-refused-maybe-stored =
    { $problem }
    But an earlier try got no answer, so the photo may already be deposited. Its data is kept in { $spool }. Ask the gateway's support whether the photo arrived. If it did, the same command gives the code as soon as the gateway accepts the photo again. If it did not, delete this file, correct the photo and push it again.

## A push.
studio-receipt-not-stored = { $cause } The photo is deposited. Afterwards the same command gives the same code.
studio-push-resuming = A deposit of this photo from { $since } was not finished and continues now; the code stays the same.
studio-push-gateway-changed = That deposit went to { $earlier }. The photo may also be stored there, and is erased when its retention ends. There is nothing to do.
studio-push-spool-rotated = The photo file has changed since an unfinished deposit, so it is deposited as a new photo. The data of the earlier deposit is kept in { $path }; delete that file if the earlier photo is not needed.
studio-push-retrying = { $cause } Next try in { $seconds } s. Please wait.
studio-pushed-expired = The photo's retention has ended, and the code is no longer valid. Deposit the photo again with --again.
studio-pushed-before = This photo was deposited before; the code is the same. Give the code to the customer.
studio-pushed = The photo is deposited. Give the code to the customer.

## Earlier deposits of the same photo.
studio-earlier-with-receipt = This photo already has a code: the same file was deposited on { $at } as { $name }. Nothing was sent again, and this code is valid. Use --again to get a second code.
studio-earlier-without-receipt = This photo already has a code: the same file was deposited on { $at } as { $name } (photo no. { $number }). The code is on the receipt, which is no longer stored here. Nothing was sent. If the receipt is lost, first run `lichtbild-studio withdraw { $number }`, then deposit the photo again with --again.
studio-on-day = {" "}on { $day }
studio-earlier-used = An office used this photo{ $on } (photo no. { $number }), and its code is no longer valid. Nothing was sent. If the photo is needed again, for example for a second document, deposit it again with --again.
studio-earlier-withdrawn = was withdrawn{ $on }
studio-earlier-refused = was refused by an office{ $on }
studio-earlier-expired = expired{ $on }
studio-earlier-unknown = is unknown to this gateway
studio-earlier-ended = The earlier deposit of this photo (photo no. { $number }) { $end }, and its code is not valid. The photo is deposited again and gets a new code. Destroy any receipt with the old code.
studio-earlier-unchecked = { $cause } Gave up after { $tries } tries. This photo was deposited before. The gateway could not be asked whether its code is still valid, and nothing was sent. Run the same command again later.
studio-receipt-unchecked = NOT CHECKED: stored receipt. The gateway did not answer; the code may no longer be valid.

## Requests of an enrolment, a renewal or a status.
studio-check-connection = { $cause } Check the internet connection and run the same command again later.
studio-try-later =
    { $problem }
    Run the same command again later.
studio-call-inviting-office =
    { $problem }
    Call the office that sent the invitation.
studio-no-certificate = The gateway sent no certificate for this device's key. Update Lichtbild and run the same command again. If the error remains, call the gateway's support.

## Enrolment.
studio-input-unreadable = The code cannot be read from the standard input ({ $cause }). Nothing was sent.
studio-address-not-encrypted = An address with http:// is not allowed, because the code would be sent unencrypted. Write https:// or only the host name.
studio-address-path = The address has more text after host and port. Give only the address from the invitation, such as gateway.stadt.example.
studio-address-malformed = This is not an address. Write it as in the invitation, such as gateway.stadt.example.
studio-code-not-sent = { $cause } Nothing was sent, and no attempt was used up. Type the code from the invitation again.
studio-code-length = A code has 20 characters, but { $symbols } were typed.
studio-code-group-length = Group { $group } of the code has { $symbols } characters instead of 5.
studio-code-unknown-symbol = Character { $position } of group { $group } never occurs in a code.
studio-code-unknown-character = The text contains a character that never occurs in a code.
studio-code-shift-lock = The characters above the digits arrived instead of the digits: caps lock is on.
studio-code-other-layout = The keyboard is set to another country's layout.
studio-code-foreign = This is the content of another symbol.
studio-code-swapped-layout = Y and Z are probably swapped: the keyboard is set to another country's layout.
studio-code-check-symbol = One character of the code is wrong, or two are swapped.
studio-enrolment-gateway-verified =
    The gateway { $gateway } has proved its identity. It invites: { $name }, { $place }.
    Compare its fingerprint with the letter:
    {""}  { $fingerprint }
studio-enrolment-waiting =
    The office must approve this device first. Call the office and read out:
      device { $device_id }
      key { $fingerprint }
    The office approves the device if it sees the same characters. This program waits. After Ctrl+C, the same command with the same address and code continues.
studio-enrolment-poll-failed =
    { $cause }
    Next request in { $seconds } s. Please wait.
studio-enrolled-next-here = Next: lichtbild-studio push PHOTO.jpg
studio-enrolled-next = Next: lichtbild-studio push PHOTO.jpg --config { $config }
studio-enrolled-office-next = Next: import device.p12 into the browser with the password, then delete the file. A browser does not renew its certificate: get a new invitation before it expires. If an old Windows (Server 2016) or macOS rejects the password: `openssl pkcs12 -in device.p12 -nodes | openssl pkcs12 -export -legacy -out old.p12`. For application software: run `lichtbild-studio renew` once a day.
studio-key-reused =
    { $problem }
    Delete the file { $file } and enrol again with the same code: this makes a new key.
studio-foreign-certificate = { $cause } The certificate there was issued by { $issuer }. If that is a firewall or virus scanner, exempt { $address } from its TLS inspection.
studio-invalid-proof = The server at this address does not know the code, although it claims to be the gateway. The code was not sent. Compare the address with the invitation. If it is right, call the office: an attacker may be intercepting the connection.
studio-ca-mismatch =
    The gateway's fingerprint differs from the one that was typed. The code was not sent.
      typed:    { $expected }
      gateway:  { $actual }
    Type it from the letter again. If it still differs, call the office.
studio-no-enrolment = { $address } is not an enrolment address. Compare it with the invitation (usually port 7443).
studio-enrolment-silent = { $cause } { $address } is not an enrolment address, or there is no connection. Compare the address with the invitation (usually port 7443), then check the internet connection.
studio-enrolment-tls-inspected = { $cause } The code was not sent. If no such program is known here, try from another network or call the office: it may also be an attacker.
studio-enrolment-name-mismatch = The gateway's certificate was issued for another host name. The code was not sent. Write the address exactly as in the invitation.
studio-enrolment-certificate-time = By this computer's clock, the gateway's certificate has expired or is not yet valid. The code was not sent. Set date and time. If they are right, call the office.
studio-enrolment-certificate-unusable = The gateway's certificate cannot be used. The code was not sent. Call the office.
studio-already-enrolled = { $path } exists already: this computer is enrolled. Nothing was sent. `lichtbild-studio status` shows whether everything works. Use --replace to enrol again in its place, or --dir for a second device.
studio-device-folder-unwritable = { $path } cannot be written ({ $cause }). { $held ->
    [yes] The file is probably open in another program: close it there and run the command again.
   *[no] Choose a writable folder with free space with --dir, or free some space, and run the command again.
}
studio-device-key-damaged = { $path } does not contain a key. Remove this file and start again with a new invitation.

## Renewal of the certificate.
studio-old-certificate-in-use = { $cause } The previous certificate stays in use.
studio-new-certificate-rejected = The new certificate could not be used: { $cause }
studio-renewal-unwritable = { $path } cannot be written ({ $cause }). { $held ->
    [yes] The file is probably open in another program: close it there and run the command again.
   *[no] Check permissions and free space, and run the command again.
}
studio-config-not-editable = The lines certificate and key in { $path } have a form that cannot be changed automatically. Write them as key = "key.pem" and run the command again.
studio-renewed = This device's certificate was renewed and is valid until { $until }. There is nothing to do.
studio-renewal-overdue =
    { $cause }
    The renewal of the certificate is overdue. It is valid until { $until }; after that, only a new invitation helps. The deposit continues. Run `lichtbild-studio renew` to try the renewal again.
studio-certificate-expired = This device's certificate expired on { $at } and can no longer be renewed. Check this computer's clock. If it is right, get a new invitation from the office and run `lichtbild-studio enrol --replace`.

## Printed receipts.
studio-not-a-receipt = { $path } is not a stored receipt. Give the file that push wrote beside the photo: PHOTO.jpg.lichtbild-receipt.json.
studio-pdf-name-taken = { $path } exists already and is not a PDF; it was not changed. The photo is deposited and its code is valid. Choose another name with `lichtbild-studio receipt --out`.
studio-pdf-unwritable = { $path } cannot be written ({ $cause }). The photo is deposited and its code is valid. { $held ->
    [yes] The file is probably open in another program: close it there and run the command again.
   *[no] Check free space and permissions, and run the same command again.
}
studio-no-pdf = { $cause }. The photo is deposited and its code is valid. No PDF was written. Write the code on a receipt by hand, and call the gateway's support.
studio-printed-expired = The photo's retention has ended, and the code is no longer valid. Do not hand out this receipt; deposit the photo again with push --again.
studio-printed = Print the receipt and give it to the customer.

## The status.
studio-aspect-configuration = configuration
studio-aspect-certificate = certificate
studio-aspect-connection = connection
studio-aspect-gateway = Gateway
studio-aspect-admission = standing
studio-aspect-clock = clock
studio-aspect-deposit = deposit
studio-status-reached = { $address } answers
studio-status-reached-by-proxy = the proxy { $proxy } connects to the gateway
studio-status-deposit-possible = possible: a test photo arrived and was checked (nothing was stored)
studio-status-gateway = gateway { $gateway }
studio-status-proxy = gateway { $gateway }; proxy { $address } (from { $setting })
studio-status-file = { $configured }; file { $file }
studio-status-hot-folder = { $configured }; hot folder { $folder }
studio-status-enrolment-pending = The enrolment of this computer is not finished: continue it by { $again } with the same address and code.
studio-status-certificate-too-early = by this computer's clock, not valid before { $from }. The clock is probably slow: set date and time.
studio-status-certificate-valid = valid until { $until }; due for renewal from { $due }
studio-status-renewal-overdue = The renewal is overdue: run `lichtbild-studio renew`.
studio-status-key-readable = Others can read the key too: { $readers }
studio-status-renew-key = `lichtbild-studio renew --force` makes a new key that only your user account can read.
studio-status-key-readers-unknown = Whether other users can read the key could not be checked.
studio-reader-everyone = everyone
studio-reader-authenticated = all users who are signed in
studio-reader-users = the users of this computer
studio-status-dns-lookup = The host name in { $gateway } has no address ({ $cause }). Check the internet connection, then the gateway setting in the configuration.
studio-status-connect-failed = { $address } does not accept the connection ({ $cause }). Check whether a firewall blocks this port; otherwise try again later.
studio-status-timed-out = { $gateway } does not answer. Check the internet connection. If it works, a firewall probably blocks this port.
studio-status-gateway-known = verified by { $fingerprint }
studio-status-admitted = { $name }, { $place }; device { $device }
studio-status-clock-right = is right
studio-status-clock-fast = is { $seconds } s fast
studio-status-clock-slow = is { $seconds } s slow
studio-status-set-clock = Set date, time and time zone, preferably automatically: with a wrong clock, valid certificates seem to have expired.
studio-status-not-tried = not checked because of the error above
studio-status-upload-broke = The test photo did not arrive: the connection broke during the upload. A device on the way limits large uploads; check router and firewall.
studio-check-state-good = OK
studio-check-state-attention = ATTENTION
studio-check-state-fault = FAULT
studio-check-state-not-tried = OPEN
studio-refused-at-office = Refused at the office (last 14 days):
studio-refusals-unknown = The gateway did not tell whether an office refused photos: { $cause }

## Errors that should not happen.
studio-unexpected = Unexpected error: { $cause }. Run the same command again. If the error remains, call the gateway's support.
studio-output-failed = The result cannot be written ({ $cause }). Run the same command again.

## Events of a watched folder.
studio-watch-has-code = { $name } is the same file as { $before } (deposited { $at }) and got its code; nothing was sent. There is nothing to do.
studio-watch-second-code = { $name } is the same file as { $before } (deposited { $at }), whose receipt is no longer stored here, so the photo now has two codes. If the first code is not needed any more, run `lichtbild-studio withdraw { $number }`.
studio-watch-resuming = { $photos } unfinished photo(s) from the last run; their deposit continues.
studio-watch-changed-after-sending = { $name } was changed after it was read. The code of the earlier version is in { $receipt_file }; the present version is treated as a new photo. There is nothing to do, but configure the exporting program not to change files later.
studio-watch-vanished = { $name } was removed from the working folder before it was finished. If it is still needed, export it again.
studio-watch-leftover = { $path } contains the remains of a deposit. Delete it when it is no longer needed.
studio-watch-gateway-down = { $cause } The photos wait and are sent automatically. There is nothing to do.
studio-watch-gateway-recovered = The gateway answers again (it had not since { $since }). The waiting photos are sent.
studio-watch-enrol-anew =
    { $cause }
    The photos are safe in the working folder. They are sent as soon as this computer is enrolled again with `lichtbild-studio enrol --replace`.
studio-watch-not-admitted =
    { $cause }
    The photos are safe in the working folder. The gateway is asked again every 5 minutes.
studio-watch-stuck =
    { $name }: { $cause }
    The photo stays in the working folder and is tried again every 5 minutes.
studio-watch-file-unreadable = { $name } cannot be read ({ $cause }) and stays in the folder. Give read permission, or close the file in the other program; then it is processed automatically.
studio-watch-file-empty = { $name } is empty and stays in the folder. Export the photo again.
studio-watch-files-skipped = Skipped because they are not photos: { $shown }. To deposit one of these files, export it as .jpg.
studio-watch-sub-folder = The subfolder { $name } is not searched. Start another watch for the photos in it, or export them to this folder.
studio-watch-folder-lost = The folder { $folder } cannot be reached any more ({ $cause }). Reconnect the network drive or disk; then the watch continues automatically, and no photo is lost. If the folder was created anew, start this program again.
studio-watch-folder-recovered = The folder is available again; the watch continues.
studio-watch-storage-failed = { $held ->
    [yes] A file in the watched folder is probably open in another program ({ $cause }). Close it there. The photos stay in the folder, and the watch continues automatically.
   *[no] The disk cannot be written ({ $cause }). Free some space or check the permissions. The photos stay in the folder, and the watch continues automatically.
}
studio-watch-erasure-failed = { $path } is due for deletion and cannot be deleted ({ $cause }). { $held ->
    [yes] The file is probably open in another program: close it there, and it is deleted automatically.
   *[no] Check the permissions or delete the file by hand; the watch tries again every minute.
}
studio-watch-storage-recovered = The watched folder can be written again; the watch continues.
studio-watch-claim-failed = { $name } cannot be moved ({ $cause }). It is probably still open: close it in the other program.
studio-watch-profile = Photos are checked with the gateway's profile: { $profile }.
studio-watch-profile-partly-known = Photos are checked with the gateway's profile: { $profile }; only the gateway checks { $unknown }. Update Lichtbild when convenient.
studio-watch-profile-unknown = The gateway's profile is not known yet; until then only the gateway checks photos. There is nothing to do.
studio-watch-client-renewed = This device's certificate was renewed. There is nothing to do.
studio-watch-renewal-failed =
    { $cause }
    The certificate is valid until { $until }. The renewal is tried again automatically from { $next_try }.

## Output of enrol and renew.
studio-fingerprint-malformed = The fingerprint after --ca-sha256 does not have 64 digits from 0 to F. Type it from the letter again.
studio-enrolled =
    Enrolled:          { $name }, { $place }
    Device:            { $device }
    Gateway:           { $gateway }
    Authority:         { $authority }
    Certificate until: { $until }
    Files:             { $files }
studio-enrolled-browser =
    For the browser:   { $path }
    Password:          { $password }
studio-certificate-name = { $name }, until { $until }
studio-renewal-still-locked = Another program is still renewing this certificate. Run the same command again later.
studio-new-certificate-until = New certificate until: { $until }
studio-renewal-not-due = The certificate is not due for renewal before { $due }. There is nothing to do; use --force to renew it now.
studio-renewal-locked = Another program is renewing this certificate. Please wait.

## Receipts and findings.
studio-no-findings = {"  "}none
studio-receipt =
    Code:        { $code }

    Valid until: { $until }, inclusive
    Photo no.:   { $number }
    Picture:     { $width } x { $height } pixels, { $bytes } bytes, judged by { $profile }
    Advice:
    { $findings }
studio-refusal = Refusal:{" "}
studio-advice = Advice:{" "}
studio-finding = {"  "}- { $mark }{ $message } (measured: { $measured }; required: { $limit })

## Photo checks.
studio-profile-unreadable = { $file } cannot be read ({ $cause }). Check its name and permissions. Nothing was checked.
studio-profile-invalid =
    { $file } is not a profile: { $cause }{ $place }
    Correct the file or fetch it from the gateway again. Nothing was checked.
studio-profile-not-json = { $file } is not valid JSON ({ $cause }). Save the complete answer of GET /v1/profile again. Nothing was checked.
studio-profile-not-a-response = { $file } is not the answer of GET /v1/profile: name, title or pixels are missing or unknown. Nothing was checked. Save the answer again.
studio-profile-missing = This profile cannot be read. Choose another one with --profile.
studio-unknown-checks = Only the gateway checks { $unknown }; this program does not know the rule yet. Update Lichtbild when convenient.
studio-check-no-match = No file matches { $pattern }. Check the folder and the extension, or give the folder: then all its JPEG files are checked.
studio-folder-without-jpeg = { $folder } contains no JPEG file. Give the folder with the finished photos.
studio-other-images =
    { $count ->
        [one] 1 image that is not a JPEG was skipped. To check it, export it as JPEG.
       *[other] { $count } images that are not JPEGs were skipped. To check them, export them as JPEG.
    }
studio-other-files = Skipped because they are not images: { $shown }.
studio-sub-folders = Subfolders are not searched: { $shown }. To check their photos, name them too.
studio-rewritten = { $photo } was rewritten without loss as a baseline JPEG: { $checked }. That file was checked. If it is accepted, deposit it instead of the original.
studio-rewritten-before = { $photo } already exists as a baseline JPEG: { $checked }. That file was checked. If it is accepted, deposit it instead of the original.
studio-rewrite-name-taken = { $photo } was not rewritten: { $path } exists with other content and was not changed. Save { $photo } under another name and check it again.
studio-rewrite-unwritable = { $path } cannot be written ({ $cause }). { $held ->
    [yes] The file is probably open in another program: close it there and run the command again.
   *[no] Move the photo to a writable folder with free space and check it again.
}
studio-rewrite-failed = { $photo } cannot be rewritten: { $reason }. Export the photo as JPEG again, “baseline (standard)”.
studio-transcode-not-jpeg = it is not a JPEG
studio-transcode-truncated = the file ends before the image does
studio-transcode-damaged = the file is damaged
studio-transcode-other-coding = this program cannot read arithmetic, lossless and hierarchical JPEGs
studio-transcode-colours = it has { $count } colour channels instead of 3, as CMYK images have
studio-transcode-bit-depth = it has { $bits } bits per colour instead of 8
studio-transcode-unsupported = it uses parts of the JPEG standard that baseline files do not have
studio-transcode-incomplete = its last scans are missing, which make the image sharp
studio-transcode-too-many-scans = it has more than { $scans } scans
studio-transcode-too-large = it is far larger than a passport photo
studio-html-not-a-report = { $path } exists already and is not a page of --html; it was not changed. Choose another name.
studio-html-unwritable = { $path } cannot be written ({ $cause }). { $held ->
    [yes] The file is probably open in another program: close it there and run the command again.
   *[no] Choose a name in a writable folder with free space.
}
studio-html-written = Open in a browser: { $path }
studio-check-again = Correct the refused photos or take new ones, and check them again.
studio-column-file = File
studio-column-verdict = Verdict
studio-column-size = Size
studio-column-eyes = Eyes
studio-column-roll = Tilt
studio-column-findings = Findings (advice)

## Photos at the gateway.
studio-column-deposited = Deposited
studio-column-number = Photo no.
studio-column-state = State
studio-no-photos = No such photos.
studio-more-photos = These are the newest { $count } photos; there are more. Use --limit N to see more.
studio-state-on-day = { $state } on { $day }
studio-state-available = waits for the office, valid until { $until }
studio-state-leased = at the office now
studio-state-kept = used, and kept for a second document until { $until }
studio-state-used = used
studio-state-refused = refused at the office
studio-state-withdrawn = withdrawn
studio-state-expired = expired
studio-refusal-reason = Reason: { $reason }
studio-refusal-note = The office's note: { $note }

## Withdrawals.
studio-withdraw-not-a-code = This is neither a file nor a photo number, and as a code: { $cause } Nothing was sent; compare the text with the receipt.
studio-photo-unknown = Unknown photo
studio-withdraw-ambiguous =
    Several photo numbers end in { $number }; nothing was withdrawn. Give the complete number:
    {""}  { $numbers }
studio-withdraw-unknown-number = The gateway knows no photo no. { $number } of this studio. Compare the number with the receipt; `lichtbild-studio photos` lists all photos.
studio-withdraw-no-receipt = { $path } is not a stored receipt, and there is none beside it. Nothing was sent. Give the code or the photo number from the receipt.
studio-withdraw-printed-receipt = { $path } is a printed receipt, which this program cannot read. Nothing was withdrawn. Give the code or the photo number printed on it.
studio-withdraw-other-receipt = The receipt beside { $path } belongs to another photo that had this name before. Nothing was withdrawn. Give the code or the photo number from the right person's receipt.
studio-withdraw-unknown-code = No receipt with this code is stored on this computer. The gateway does not know codes, and nothing was sent. Give the photo number instead: it is at the bottom of the receipt, and `lichtbild-studio photos` lists it.
studio-withdrawn-before = Already withdrawn { $at }: photo no. { $number }{ $file }. There is nothing to do.
studio-withdrawn = Withdrawn: photo no. { $number }{ $file }. The gateway has erased the photo, and its code is no longer valid. Destroy the receipt.
studio-withdraw-leased = An office is processing the photo, so it was not withdrawn. The office's lease ends { $until } at the latest. Try again after that, or call the office.
studio-withdraw-kept = An office has used the photo and keeps it for a second document, as the person asked. It can no longer be withdrawn.
studio-withdraw-expired = The photo's retention ended { $at }. The photo is erased, and there is nothing to withdraw.
studio-withdraw-used = An office used the photo { $at }. The photo is erased, and there is nothing to withdraw.
studio-withdraw-refused = An office refused the photo { $at }. The photo is erased. `lichtbild-studio photos --refused` shows the reason.

## Output of push.
studio-not-sent = Not sent. Run the same command again later.
studio-no-match = No file matches { $pattern }. Check the folder and the extension.

## Output of watch.
studio-watch-no-folder = No folder to watch. Give it after watch, or in { $config }: folder = 'PATH'
studio-already-watched = { $path } is already being watched. Leave the other watch running, or end it first.
studio-folder-unusable = { $path } cannot be watched ({ $cause }). Give an existing, writable folder.
studio-watch-sent = sent
studio-watch-code = code { $code }
studio-watch-refused = refused
studio-watch-erased = deleted
studio-watch-progress = waiting { $waiting }, under way { $in_progress }, sent { $sent }, refused { $refused }
studio-watch-progress-down = ; no gateway since { $since }
studio-report =
    { $name } was not deposited.

    { $reason }

    Correct the photo or take a new one, and export it again. Then these two files can be deleted.
studio-office-report =
    { $name }: { $refused }.

    Photo no. { $number }, deposited { $deposited }.
    { $reasons }

    The gateway has erased the photo, and its code is no longer valid. Inform the person, take a new photo and export it; it gets a new code. Then this report can be deleted.
studio-report-maybe-stored =
    { $problem }

    But an earlier try got no answer, so the photo may already be deposited. Ask the gateway's support. If it arrived, "lichtbild-studio push" with the photo file in this folder gives the code as soon as the gateway accepts the photo again. Until then, do not delete the file beside it that ends in .lichtbild-spool.
studio-report-not-jpeg = {"  "}- The file is not a JPEG. In the image editor, choose "Export" or "Save as" with the format JPEG, quality 95 or higher, colour space sRGB, and a name that ends in .jpg.
studio-report-too-large = {"  "}- The file is larger than { $mebibytes } MiB and therefore not a passport photo. Export the finished, cropped photo.
studio-unit-impossible = A path or name cannot be written into the file for the start at logon. Move folder and configuration to paths without control or special characters.
studio-unit-elsewhere = Windows has no systemd. "lichtbild-studio watch --print-task" prints a task for the Task Scheduler.
studio-task-elsewhere = Only Windows has the Task Scheduler. "lichtbild-studio watch --print-systemd-unit" prints a unit for systemd.
studio-task-next =
    Write it to a file (… > watch.xml), then run:
      schtasks /create /tn "Lichtbild %USERNAME%" /xml watch.xml
      schtasks /run /tn "Lichtbild %USERNAME%"    # in PowerShell $env:USERNAME instead of %USERNAME%
studio-autostart-task = The watch starts by itself at each logon (Task Scheduler, task "Lichtbild" with the user's name), and within five minutes after it ended.
studio-autostart-run-key = The watch starts by itself at each logon. The Task Scheduler did not accept the task ({ $cause }), so the registry starts it, and a watch that ended starts again at the next logon only.
studio-autostart-unit =
    The watch starts by itself at each logon ({ $file }).
    To run it while no user is logged in: loginctl enable-linger
studio-autostart-not-supported = On this system the program sets up no start at logon. Start "lichtbild-studio watch" by hand, or add it to the login items.
studio-autostart-unknown-user = The name or the home folder of the user is not known, so the watch does not start at logon. Run the command in the user's own session, not as a service.
studio-autostart-file = { $path } cannot be written ({ $cause }), so the watch does not start at logon. Check space and permissions, then run the command again.
studio-autostart-program = The watch does not start at logon: { $cause }. Start "lichtbild-studio watch" by hand, or ask the support of this computer.
studio-unit-next =
    Write it to { $file }, then run:
      systemctl --user enable --now lichtbild-watch.service
      loginctl enable-linger    # to run it while no user is logged in
