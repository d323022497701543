### Commands of the program lichtbild-gateway.

# mod
gateway-unknown-language = warning: { $variable } names no known language ("{ $value }"): set it to de or en; results and messages are in English until then
gateway-core-dumps = warning: core dumps cannot be disabled ({ $error }), and they would contain photos, codes and keys: permit setrlimit and prctl, or disable core dumps for this service
gateway-threads = cannot start threads: raise the limit of processes for this user

# output
gateway-output = the result cannot be written, although the command is done

# span
gateway-span = "{ $span }" is not a duration: write days or hours, such as 14d or 36h

# command_error
gateway-error = error: { $message }
gateway-error-cause = because: { $cause }
gateway-error-advice = next: { $advice }
gateway-cannot-read = cannot read { $file }: check its path
gateway-folder-exists = { $folder } is there already and is not overwritten: choose another folder
gateway-folder-failed = cannot write { $folder }: remove the cause and try again; nothing of it is left behind
gateway-failed-config = { $error }
gateway-failed-start = { $error }
gateway-failed-certificate = { $error }
gateway-failed-secret = { $error }
gateway-failed-rollback = the database went back in time: { $error }; changes are refused until the right database is put back, or until `lichtbild-gateway confirm-rollback` accepts this one
gateway-failed-damaged = the database is damaged: { $error }
gateway-failed-store = { $error }
gateway-refused-name-taken = one with this name and place is there already: see the list
gateway-refused-already-bound = a device has this certificate or key already, perhaps a revoked one: see `device list`; after a revocation a new key is needed
gateway-refused-invalid-name = { $error }
gateway-refused-no-such-studio = no studio is called "{ $wanted }": `studio list` shows names and identifiers
gateway-refused-no-such-office = no office is called "{ $wanted }": `office list` shows names and identifiers
gateway-refused-ambiguous-studio = more than one studio is called "{ $wanted }": give the identifier from `studio list`
gateway-refused-ambiguous-office = more than one office is called "{ $wanted }": give the identifier from `office list`
gateway-refused-no-such-device = there is no such device: `lichtbild-gateway device list` shows all
gateway-refused-device-revoked = the device was revoked permanently: invite a new one with `studio invite` or `office invite`
gateway-refused-key-reused = another device has or had this key: make a new key on the device
gateway-refused-no-randomness = { $error }

# admin_context
gateway-rolled-back = warning: the database went back in time; { $rollback }: restore the right database and start again, or accept this one with `lichtbild-gateway confirm-rollback`, which puts all its photos into quarantine (docs/operation/database.md, "What do I do when the database went back in time?")
gateway-warning = warning: { $error }
gateway-key-file = { $file }: { $error }
gateway-database-unavailable = cannot open { $database } ({ $cause }){ $advice }
gateway-database-inactive = { $database }: { $cause }

# rollback_text
gateway-rollback-behind = the audit log of the database has { $found } rows, but { $known } rows were known
gateway-rollback-diverged = row { $row } of the audit log is not the known one
gateway-rollback-generation = the database is from before a restore or a confirmed rollback: its generation is { $found }, but { $known } was known
gateway-rollback-timeline = the PostgreSQL server is on timeline { $found }, but { $known } was known
gateway-rollback-forged = generation { $number } of the database was not confirmed with this gateway's key file
gateway-rollback-replaced = the database file was replaced while the gateway had it open

# parties/approve
gateway-approve-no-request = device { $device } has no request that waits for approval: `lichtbild-gateway device list` shows which devices have one
gateway-approved = Approved. The device fetches its certificate with its next request, within a week from its first one.
gateway-approved-before = Approved before; nothing changed. The device fetches its certificate with its next request.
gateway-approve-other-key = not approved: another key asks under this device's name. Revoke it with `device revoke`, and find out how the code got into other hands
gateway-approve-no-fingerprint = --fingerprint: 64 hexadecimal digits, as the device shows them
gateway-approve-key = The request's key: { $key }
gateway-approve-compare = compare it with the fingerprint that the device shows, then give --fingerprint or --yes
gateway-approve-question = Does the device show the same? [y/N]
gateway-approve-no-answer = cannot read the answer: give --yes

# parties/bind_device
gateway-bind-no-authority = no external CA is trusted, so the gateway would refuse the certificate: add [[office_authorities]] to the configuration and restart the gateway, then add the device
gateway-bound-device = device       { $device }
gateway-bound-certificate = certificate  { $fingerprint }
gateway-bound-key = key          { $fingerprint }
gateway-bound-until = valid until  { $end }
gateway-bind-no-certificate = { $file }: give one X.509 certificate, in PEM or DER
gateway-bind-expired = { $file }: the certificate ended on { $end }: give a valid one
gateway-bind-no-key = { $which }: give a certificate, a public key (-----BEGIN PUBLIC KEY-----), or 64 hexadecimal digits

# parties/new_device
gateway-no-identifier = no identifier could be made: try again

# parties/device
gateway-add-for-whom = give --studio or --office
gateway-add-no-request = cannot read the request { $file }: `openssl req -new` makes one
gateway-add-bad-request = { $file }: { $error }
gateway-revoke-nothing = no device { $device } that is not revoked already: `lichtbild-gateway device list` shows all
gateway-revoked = Revoked, with its invitation. A running gateway refuses its next request and closes its connections within two seconds. Next, for another device: lichtbild-gateway device invite

# parties/device_list
gateway-devices-none = None yet. Next: lichtbild-gateway studio invite NAME --place TOWN
gateway-devices-nothing-due = Nothing to do: no certificate ends by then, and no invitation is open.
gateway-devices-pending = Next: lichtbild-gateway device approve ID, for those that are pending
gateway-device-since = since
gateway-device-until = until
gateway-device-by-key = by key { $key }
gateway-device-of-studio = studio
gateway-device-of-office = office
gateway-device-invited = invited
gateway-device-pending = pending
gateway-device-active = active
gateway-device-expired = expired
gateway-device-revoked = revoked

# parties/invite
gateway-invite-validity = an invitation is valid for 1h to 14d
gateway-invite-kind-is-fixed = --for is for new devices: a device keeps its kind; revoke it and invite a new one
gateway-invite-whom = give --studio, --office or --device
gateway-invite-other-key-file = { $file } is not the key file of { $database }: use the key file that belongs to the database
gateway-invite-port-0 = Port 0 means any free port: `serve` prints the address to use in place of { $url }.
gateway-invite-letter = The letter contains the code too: { $file }. Print it, send it, then delete the file.
gateway-invited =
    for          { $name }, { $place }
    device       { $device }
    code         { $code }
    address      { $url }
    gateway CA   { $ca }
    valid until  { $end }
gateway-invited-next = The code works once and is not shown again. Next, on the device: { $command }
gateway-invited-browser = Or in its browser, with nothing to install: { $url }/connect/ (with --for browser the certificate lasts longer)
gateway-invited-browser-first = The code works once and is not shown again. Next, in the browser of the device: { $url }/connect/
gateway-invited-program = Or with the studio program on the device: { $command }
gateway-invited-est = Other EST clients use the device's identifier as user and the code as password; see docs/enrolment.md.
gateway-cannot-read-certificate = cannot read { $file }: check [certificates] in the configuration

# parties/letter
gateway-letter-exists = { $file } is there already: choose another name for the letter
gateway-letter-not-made = the letter could not be made: send the lines above
gateway-letter-not-written = cannot write the letter { $file }: send the lines above

# parties/party
gateway-party-added = Added. Next: lichtbild-gateway device invite --{ $role } { $party }
gateway-party-suspended = suspended
gateway-party-active = active
gateway-party-none = None yet. Next: lichtbild-gateway { $role } invite NAME --place TOWN
gateway-party-now-suspended = { $name } is suspended now: the gateway refuses the next request of each of its devices. To undo it: lichtbild-gateway { $role } resume { $party }
gateway-party-now-active = { $name } is active now: the gateway accepts the next request of each of its devices.
gateway-party-was-suspended = { $name } was suspended before; nothing changed.
gateway-party-was-active = { $name } was active before; nothing changed.

# parties/release
gateway-release-nothing = { $name } has no revoked device whose photos wait for a release: `lichtbild-gateway device list` shows all
gateway-released = { $photos ->
        [one] { $photos } photo
       *[other] { $photos } photos
    } of { $devices ->
        [one] { $devices } revoked device
       *[other] { $devices } revoked devices
    } can be collected.
gateway-released-anyway = They could be collected before: photos_of_revoked is "keep". The release counts if that changes.

# parties/provision_device
gateway-provisioned-device = device       { $device }
gateway-provisioned-certificate = certificate  { $file }
gateway-provisioned-key = key          { $file }
gateway-provisioned-ca = gateway CA   { $file }
gateway-provisioned-password = PKCS#12 password  { $password }
gateway-provisioned-legacy = device.p12 needs Windows 10 from version 1709 or Windows Server 2019. If an older one (Server 2016) or macOS says that the password is wrong, add the device with --p12 legacy.
gateway-provisioned-until = valid until  { $end }
gateway-provisioned-next = Bring these files to the device by hand, then delete them here: each owner of the key can act as the device.
gateway-provision-folder = cannot make { $folder }: choose another --out
gateway-provision-file = cannot write { $file }: choose an empty folder with --out
gateway-provision-password = no password could be made: try again
gateway-provision-p12 = { $error }
gateway-p12-until = until

# parties/device_list
gateway-device-of-auditor = (auditor)
gateway-device-browser = (browser)

# running/confirm_clock
gateway-clock-now = now         { $time }
gateway-clock-last-sweep = last sweep  { $time }
gateway-clock-confirmed = Confirmed: within a minute the gateway erases the photos whose retention has ended.

# running/init
gateway-init-done =
    A new gateway was made in { $dir }.
      configuration  { $dir }/gateway.toml
      key file       { $dir }/gateway.key (keep a copy away from the database and its backups)
      server CA      { $ca }
    Next:
      lichtbild-gateway studio invite "Foto Koch" --place Düsseldorf --config { $config }
      lichtbild-gateway serve --config { $config }
gateway-init-no-folder = cannot make { $dir }: choose another --dir
gateway-init-no-keys = no keys could be made: try again
gateway-init-key-file = the key file cannot be written
gateway-renew-failed = cannot write the new server certificate: the old one stays in use
gateway-renew-done = A new server certificate is in place: a running gateway uses it for new connections within seconds.
gateway-init-not-written = cannot write { $file }: check free space and permissions and try again
gateway-init-exists = { $file } is there already and is not overwritten: choose another --dir, or move the old gateway away
gateway-init-database-in-use = { $database } is in use by a gateway already: for another node of it copy its folder (configuration, key file and certs), for another gateway name an empty database
gateway-init-database-unavailable = cannot use { $database } ({ $cause }){ $advice }
gateway-init-not-read-back = cannot read back the files that were just written

# running/openapi
gateway-openapi-unwritten = cannot write { $file }
# running/profile
gateway-profile-unknown = there is neither a profile nor a file { $name }: `lichtbild-gateway profile list` shows the profiles
gateway-profile-wrong = correct the file and check it again; `lichtbild-gateway profile show de-tr03121` prints one that is right
gateway-profile-good = The profile is valid. Next: profile_file = "{ $file }" in gateway.toml, and restart the gateway. Rules that are not listed are not checked.
gateway-profile-no-limits = (checked without limits)
gateway-unit-months = months
gateway-unit-degrees = degrees
gateway-unit-bytes = bytes
gateway-unit-bits = bits
gateway-unit-of-the-width = of the width
gateway-unit-of-the-height = of the height

# running/serve
gateway-serve-no-log = { $error }
gateway-serve-stopped = Stopped.
gateway-serve-no-signals = cannot watch for signals

# running/systemd_unit
gateway-unit-no-folder = the working folder cannot be found
gateway-unit-no-program = the program's own path cannot be found
gateway-unit-bad-path = a path cannot be written into a unit: choose paths without control characters
gateway-unit-next =
    Write it to { $unit }, then run as root:
      useradd --system --home-dir { $folder } --shell /usr/sbin/nologin lichtbild
      chown -R lichtbild: { $folder }
      systemctl daemon-reload && systemctl enable --now lichtbild
    Run all other commands as that user: sudo -u lichtbild lichtbild-gateway …

# audit/checkpoint_reader
gateway-checkpoint-no-key = cannot read { $file }: give the gateway's audit.pub with --public-key
gateway-checkpoint-bad-key = { $file }: not a public key on P-256 in PEM: give the gateway's audit.pub
gateway-checkpoint-stored = a checkpoint in the database
gateway-checkpoint-out-of-place = a checkpoint in the database is not in its place: restore a backup
gateway-checkpoint-other-log = the checkpoints of { $first } and { $other } rows are of different logs: give those of one gateway
gateway-checkpoint-unreadable = cannot read { $file }: a checkpoint is a .json file with its .sig beside it
gateway-checkpoint-give-key = give that key with --public-key, if it is the gateway's
gateway-checkpoint-changed = find out who changed it, and compare with what auditors have fetched
gateway-checkpoint-untrusted = { $place }: { $error }

# audit/export
gateway-export-moment = "{ $moment }": write a day (2026-11-01) or a moment (2026-11-01T08:00:00Z)
gateway-export-failed = the export cannot be written

# audit/verify
gateway-audit-broken = the audit log is not as it was written: { $error }
gateway-audit-broken-next = stop the gateway, keep a copy of the database, and compare it with backups and auditors' exports
gateway-audit-bad-line = { $file }: line { $number } was not written by `audit export`
gateway-audit-no-checkpoint = no checkpoint covers the audit log: rows that were cut off at its end, or rewritten up to the end, would not show
gateway-audit-no-checkpoint-next = give checkpoints with --checkpoint: a running gateway signs one each hour, and auditors fetch them
gateway-audit-empty = intact     no rows yet
gateway-audit-whole = intact     rows { $first } to { $last }
gateway-audit-last-row = last row   { $sha256 }
gateway-audit-covered = covered    up to row { $row } by a checkpoint of { $time }
gateway-audit-part-not-covered = No checkpoint covers it: give one of a row within this part.

# data/confirm_rollback
gateway-rollback-none = the database matches the watermarks of this machine, so there is nothing to confirm. If it was restored from a backup all the same, `lichtbild-gateway quarantine hold --as-of MOMENT` holds its photos back
gateway-rollback-confirmed = Confirmed although { $rollback }.
gateway-rollback-as-of = The database knows what happened until { $time }.
gateway-revoke-again = Revoke the devices again that were revoked since, and suspend the studios and offices again that were suspended: `device revoke`, `studio suspend`.

# data/erase_report
gateway-erasure-no-photo = no photo { $photo } is known: check the identifier; the rows of erased photos are deleted when their retention ends
gateway-erasure-none = the photo is not erased: its studio can withdraw it, or its time runs out
gateway-erasure-not-proven = the erasure is not proven: `lichtbild-gateway verify` says why
gateway-erasure-photo = photo
gateway-erasure-deposited = deposited
gateway-erasure-erased = erased
gateway-erasure-not-erased = NOT erased
gateway-erasure-collected = collected last
gateway-erasure-picture = sealed photo
gateway-erasure-lookup-id = code's lookup id
gateway-erasure-log = proof in the log
gateway-erasure-rows = rows:
gateway-erasure-by-device-at = { $time } by device { $device } of { $party }
gateway-erasure-by-device = by device { $device } of { $party }
gateway-erasure-at-the-latest = at the latest { $end }
gateway-erasure-left = there
gateway-erasure-gone = gone
gateway-erasure-chain = {""}  The chain is intact over all { $rows } rows, the last one is { $head }.
gateway-erasure-broken = {""}  THE CHAIN OF THE LOG IS BROKEN.
gateway-erasure-because-used = used in an application
gateway-erasure-because-refused = refused by the office
gateway-erasure-because-withdrawn = withdrawn by the studio
gateway-erasure-because-expired = its time ran out
gateway-erasure-because-available = still there
gateway-erasure-key-destroyed = Backups: the key of the month { $month } is destroyed. No backup opens this photo any more, if the copies of the key file were renewed too.
gateway-erasure-backups = Backups: { $key } Until then a backup from before the erasure, the key file and the code together still open the photo; one of them alone is not enough.
gateway-erasure-key-alive = the key of the month { $month } is destroyed { $until } at the earliest.
gateway-erasure-key-unknown = the key file cannot be read; the key of the month { $month } lives until { $until } at least.

# data/migrate_store
gateway-migrate-one-kind = { $from } and { $to } are of the same kind: one has to be a file and the other postgres://user@host/database (a file is copied by `backup` and `restore`, a server's database by pg_dump and pg_restore)
gateway-migrate-rows = rows  { $sha256 }
gateway-migrated = Moved to { $to }: all rows were copied unchanged.
gateway-migrated-next =
    { $from } is inactive: no gateway starts on it any more.
    Next: in every node's configuration  database = "{ $to }"  (with its password, or that in ~/.pgpass), then serve.
    Then take a backup of the new database, and delete the old one: photos are erased in the new one only from now on.
gateway-migrate-damaged = { $from } is damaged, and in use as before: repair it first, or move it as it is with --despite-faults
gateway-migrate-not-empty = { $to } has rows already: name an empty database (`createdb --owner USER NAME`), or a file that does not exist
gateway-migrate-unavailable = cannot use { $from } or { $to } ({ $cause }); nothing was moved: remove the cause, then run it again
gateway-migrate-differs = the copy differs from the original ({ $what }); { $from } is in use as before: empty { $to } and try again
gateway-migrate-failed = { $from } to { $to }: { $error }

# data/quarantine
gateway-photo-available = available
gateway-photo-leased = leased
gateway-photo-kept = kept
gateway-photo-used = used
gateway-photo-refused = refused
gateway-photo-withdrawn = withdrawn
gateway-photo-expired = expired
gateway-quarantine-times = deposited { $deposited }  expires { $end }
gateway-quarantine-none = None: no photo is held back since a restore.
gateway-quarantine-release-none = none of them is held back since a restore: `lichtbild-gateway quarantine list` shows all
gateway-quarantine-released = { $photos ->
        [one] { $photos } photo
       *[other] { $photos } photos
    } can be collected again.
gateway-quarantine-schema = The database's schema differs from the one of this program, and the foreign objects may undo this command. Start no gateway on it before `lichtbild-gateway verify` finds none of them:
gateway-quarantine-held = { $photos ->
        [one] { $photos } photo is
       *[other] { $photos } photos are
    } held back, { $invitations ->
        [one] { $invitations } invitation
       *[other] { $invitations } invitations
    } ended.
gateway-quarantine-next = Next: `quarantine list` shows them, `quarantine release` releases those that were not used since.
gateway-quarantine-checkpoints-left = the database is in use again, but checkpoints of rows that it does not have are still in { $folder }: the gateway moves them when it starts
gateway-quarantine-checkpoints-moved = { $number ->
        [one] { $number } checkpoint
       *[other] { $number } checkpoints
    } of rows that this database does not have: now in { $folder }.
gateway-quarantine-watermarks = { $error }: run this as the gateway's user; the gateway itself works without it
gateway-quarantine-moment = give a moment such as 2026-11-22T09:30:00Z

# data/verify
gateway-rows-parties = { $rows ->
        [one] { $rows } party
       *[other] { $rows } parties
    }
gateway-rows-devices = { $rows ->
        [one] { $rows } device
       *[other] { $rows } devices
    }
gateway-rows-certificates = { $rows ->
        [one] { $rows } certificate
       *[other] { $rows } certificates
    }
gateway-rows-bound_keys = { $rows ->
        [one] { $rows } bound key
       *[other] { $rows } bound keys
    }
gateway-rows-invitations = { $rows ->
        [one] { $rows } invitation
       *[other] { $rows } invitations
    }
gateway-rows-photos = { $rows ->
        [one] { $rows } photo
       *[other] { $rows } photos
    }
gateway-rows-collections = { $rows ->
        [one] { $rows } collection
       *[other] { $rows } collections
    }
gateway-rows-collection_devices = { $rows ->
        [one] { $rows } device of collections
       *[other] { $rows } devices of collections
    }
gateway-verify-no-key-file = Without the key file its epoch keys and the digests of rows are not checked: { $cause }
gateway-verify-no-audit-key = Without the audit key the signatures of checkpoints are not checked: { $file } is not a public key
gateway-verify-damaged = the database is damaged
gateway-verify-damaged-next = keep an unchanged copy of it, and find out who changed it; then restore a backup, or withdraw the photos that are named and have them deposited again
gateway-verify-other-key-file = { $file } is not the key file of this database: no photo in it would open; put the two that belong together side by side
gateway-verify-not-compared = Not compared: { $fault }
gateway-verify-photos = photos        { $there } there, { $erased } erased
gateway-verify-pictures = envelopes     { $pictures } as they were stored
gateway-verify-pictures-old = envelopes     { $pictures } as they were stored, { $some } from before there were digests: only their form was checked
gateway-verify-collections = collections   { $number }
gateway-verify-log = audit log     { $rows ->
        [one] { $rows } row
       *[other] { $rows } rows
    }, the last one { $head }
gateway-verify-fault = FAULT         { $times } x { $fault }
gateway-verify-compared = compared      { $tables }
gateway-verify-open = open          { $text }
gateway-verify-replayed = a restore replayed an export up to row { $row }: rows up to there are not compared
gateway-verify-older-nodes = { $rows ->
        [one] { $rows } row of the log was
       *[other] { $rows } rows of the log were
    } written without digests on the day of the upgrade
gateway-verify-good = The database is intact. Rows that were cut off at the log's end do not show: compare its last row with one written down elsewhere.
gateway-verify-good-without-key-file = The database is intact, as far as this shows without the key file. Rows that were cut off at the log's end do not show: compare its last row with one written down elsewhere.
gateway-verify-older-than-digests = { $rows } are older than row digests: names, labels, notes, findings and everything that is not in the log are not compared
gateway-verify-without-key-file = { $rows } are compared with the log only, without the key file
gateway-verify-older-than-log = { $rows } are older than the first row of the log and are not compared

# data/backup/manifest
gateway-manifest-damaged = { $file } is not a manifest of this program: it is damaged, or a newer version wrote it
gateway-manifest-stray = { $file } names { $stray }, which is outside of the folder: this is not a backup of this program
gateway-manifest-format = { $file } is of format { $format }: use the program that wrote it

# data/backup
gateway-backup-manifest = the manifest of the backup cannot be written
gateway-backup-copy-unreadable = cannot read back the copy of the database
gateway-backup-unreadable = cannot read { $file }: run this as the gateway's user
gateway-backup-database = database      { $file } as of { $time }
gateway-backup-log = audit log     { $rows ->
        [one] { $rows } row
       *[other] { $rows } rows
    }, the last one { $head }
gateway-backup-files = files         { $files } that the configuration names
gateway-backup-signed = signed by     the audit key of SHA-256 { $key }
gateway-backup-unsigned = signed by     no key: `restore` takes it with --unsigned only
gateway-backup-broken-log = The chain of the audit log is broken: `lichtbild-gateway verify` says where.
gateway-backup-schema = `restore` will refuse this backup, because its database has another schema than this program makes; correct it and take another backup:
gateway-backup-without-secret = without { $file }: a secret, not in this backup
gateway-backup-without = without { $file }: it does not exist
gateway-backup-keep-keys = Keep the keys elsewhere, on another medium: without the key file no photo opens any more, without the CA keys no device is certified. `lichtbild-gateway backup FOLDER --keys only` copies them; repeat it after each month's end, so that the copy keeps no key that the gateway has destroyed.
gateway-backup-lock-keys = Keep it under lock, away from the database and its backups, and destroy the copy before it: that copy has keys that the gateway destroys when their months are over.
gateway-backup-lock-all = This folder is as good as the gateway itself: with it and a citizen's code anyone can open that photo, and can pose as the gateway. Encrypt it, or keep it under lock.
gateway-backup-not-included = Not in it either: the systemd unit that starts the gateway, the firewall, names and addresses of this machine.
gateway-backup-server-steps =
    One consistent copy while the gateways run, with the server's own version of the programs:
      pg_dump --format=custom --file=lichtbild.dump 'postgres://USER@HOST/DATABASE'
    and back, into an empty database:
      createdb --owner=USER NEW
      pg_restore --no-owner --exit-on-error --single-transaction --dbname='postgres://USER@HOST/NEW' lichtbild.dump
      lichtbild-gateway quarantine hold        (with `database` naming NEW, before any gateway starts)
    To lose nothing at all, back up the whole server: pg_basebackup --wal-method=stream, and its log archived all the time.
gateway-backup-server = { $database } is on a server: use the server's own backup.
gateway-backup-server-keys = for the keys: lichtbild-gateway backup FOLDER --keys only; every node's folder has the rest

# data/backup/signature
gateway-signature-no-key = { $file }, the key that signs backups, does not exist: start the gateway once, which makes it if there never was one; or copy it from another node or from a backup of the keys; or make a backup that is not signed with --unsigned
gateway-signature-no-backup = cannot read { $file }: name a folder that `lichtbild-gateway backup` has made
gateway-signature-unreadable = cannot read { $file }: check its mode
gateway-signature-missing = { $folder } is not signed: an older version made it, or its { $file } was removed; if you know where it was stored, --unsigned accepts it without a signature
gateway-signature-other-key = { $folder } is signed with another key (SHA-256 { $key }) than the one it is to be verified with (SHA-256 { $own }): one of the two belongs to another gateway, or is forged; give the audit.pub of the gateway that made it with --audit-key
gateway-signature-wrong = the signature of { $folder } is wrong ({ $error }): { $file } was changed after it was written; take another backup
gateway-signature-no-digest = { $folder } has no digest of its database: this is not a backup of this program

# data/restore/database
gateway-restore-no-copy = cannot copy { $file }: remove the cause and try again; nothing is left behind
gateway-restore-no-file = { $file } is not a regular file: take another backup
gateway-restore-changed-database = { $file } is not the database that was backed up: it was changed or is damaged.
gateway-restore-other-database = { $file } is not the database that was backed up: it was changed or is damaged; take another backup
gateway-restore-schema = the database has another schema than this program makes, and the foreign objects could undo the restore:
gateway-restore-schema-next = take another backup, of a gateway whose `verify` finds no such object
gateway-restore-other-end = the audit log ends with row { $row } ({ $sha256 }), but { $manifest } says that it ended with row { $expected } ({ $digest }): rows were cut off, added or changed; take another backup
gateway-restore-other-log = the audit log begins with another row than { $manifest } says: it belongs to another gateway; take another backup

# data/restore/files
gateway-restore-unreadable = cannot read { $file }, which belongs to the backup: take another backup
gateway-restore-other-file = { $file } is not the file that was backed up: it was changed or is damaged; take another backup
gateway-restore-configuration = { $file }: { $error }
gateway-restore-other-key-file = the key file of { $folder } belongs to another gateway: no photo of this backup would open; find the one that belongs to it

# data/restore/log_since
gateway-replay-not-confirmed = no change was applied, and no files remain: read the changes of the export, then run it again with --yes
gateway-replay-no-export = { $file } is not an export of the audit log: make one with `lichtbild-gateway audit export`
gateway-replay-forged = { $file } was not written by the gateway: { $error }; get the export from elsewhere
gateway-replay-too-short = { $file } ends too early: { $error }; get a longer export, for example from an auditor
gateway-replay-rows = rows { $first } to { $last } of { $file }
gateway-replay-uncovered = No checkpoint covers { $rows }: they are carried out all the same.
gateway-replay-left-out = No checkpoint covers { $rows }: they are left out.
gateway-replay-refused = no signed checkpoint covers { $rows }: they could be forged; give the gateway's or an auditor's folder of checkpoints with --checkpoints, leave these rows out with --uncovered leave-out, or, if you know in whose hands the file has been, carry them out with --uncovered carry-out
gateway-replay-no-key = checkpoints cannot be verified without a public key: give audit.pub with --audit-key
gateway-replay-same-gateway = give the checkpoints of the gateway that made the backup, as an auditor has them
gateway-replay-other-log = the checkpoints in { $folder } are of another audit log than the backup: give those of the same gateway
gateway-replay-rewritten = the checkpoint of { $count } rows knows another row { $count } than the backup has: the backup's log was rewritten, or belongs to another gateway
gateway-replay-gap = { $file } does not go on where the backup ends ({ $cause }): export from the day of the backup on, and from the same gateway
gateway-replay-plan-until = The export has { $rows ->
        [one] { $rows } row
       *[other] { $rows } rows
    } since the backup, the last one of { $until }. To be carried out:
gateway-replay-plan = The export has { $rows ->
        [one] { $rows } row
       *[other] { $rows } rows
    } since the backup. To be carried out:
gateway-replay-erase = erase     { $photo }  { $state }  { $time }
gateway-replay-move = move      { $photo }  { $state }
gateway-replay-counts =
    photos erased      { $erased }
    photos moved       { $moved }
    devices revoked    { $revoked }
    parties suspended  { $suspended }
    parties resumed    { $resumed }
gateway-replay-question = Erased photos cannot be brought back. Carry this out? Type yes:

# data/restore
gateway-restore-keys-only = { $folder } has keys only: name the backup with the database, and this one with --keys
gateway-restore-replay-key-file = --log-since needs the key file: name the backup of the keys with --keys
gateway-restore-not-bound = the key file is not the one that the database is bound to: no photo in it would open; find the right one
gateway-restore-damaged = the backup's database is damaged: take another backup, or restore it with --despite-faults if there is none

# data/restore/report
gateway-restored = A gateway as of { $time } was made in { $dir }.
gateway-restored-replay =
    replayed           { $rows } rows of the log
      photos erased    { $erased }
      devices revoked  { $revoked }
      photos lost      { $lost } (deposited since the backup)
gateway-restored-counts =
    photos held back   { $photos }
    invitations ended  { $invitations }
    audit log          { $rows } rows, the last one { $head }
gateway-restored-missing = missing            { $file }
gateway-restored-next = Next: cd { $dir } && lichtbild-gateway verify && lichtbild-gateway serve
gateway-restored-unknown = The gateway does not know what happened after { $time }. Before it serves:
gateway-restored-keys = - Put the missing keys in their places (mode 0600): without the key file no photo opens.
gateway-restored-steps =
    - Make sure that the old gateway never starts again: two of them would each hand out the same photo.
    - Revoke the devices again that were revoked since, and suspend the studios and offices again that were suspended: `device revoke`, `studio suspend`.
    - Devices that enrolled since the backup are unknown: invite them again. Codes of receipts issued since open no photo.
    - Give the folder to the user that the gateway runs as (chown -R).
    - Photos are held back, because they may have been used since: `quarantine list` shows them, `quarantine release` releases those that were not (docs/operation/backup.md, "What do I do after a restore?").

# data/restore/signature_check
gateway-restore-no-public-key = { $folder } has no public key to verify it with: give the gateway's audit.pub with --audit-key
gateway-restore-own-key = Verified with the audit key within the backup itself, of SHA-256 { $sha256 }. This proves that the backup was not damaged, not that the gateway made it: compare the SHA-256 with one written down elsewhere, or give the key with --audit-key.
gateway-restore-unsigned = { $folder } is not signed: each holder may have changed it.
gateway-restore-no-verifier = { $folder } cannot be verified without a public key: give the gateway's audit.pub with --audit-key, or accept it without a signature with --unsigned
gateway-restore-no-audit-key = { $file } is not an audit key: take another backup of the keys

# demo
gateway-demo-no-folder = cannot make a temporary folder: name one with --dir
gateway-demo-no-portrait = cannot write the portrait
gateway-demo-serving =
    A gateway with one studio and one office is running; addresses, certificates and keys are in that file. Ctrl-C stops it.
    The studio deposits a photo (refused.jpg is refused), and the office collects it with the code of the receipt:

    cd { $dir }
    curl --cert studio/certificate.pem --key studio/key.pem --cacert studio/gateway-ca.pem { $studio }/v1/photos -H "Idempotency-Key: photo-$(date +%s)-first" -H 'Content-Type: image/jpeg' --data-binary @portrait.jpg
    curl --cert office/certificate.pem --key office/key.pem --cacert office/gateway-ca.pem { $office }/v1/collections -H 'Content-Type: application/json' -d '{"{"}"code":"XXXXX-XXXXX-XXXXX-XXXXX"{"}"}'

    README.md and docs/api.md have the other requests.

# demo/rough
gateway-rough-serving = It injects faults at a rate of { $rate }. `--rough={ $rate } --rough-seed { $seed }` repeats this run.
gateway-rough-connection = connection { $number } to { $listener }: { $fault }
gateway-rough-request = request { $number }, { $method } { $route }: { $fault }, Request-Id { $id }
gateway-rough-counts =
    { $connections } connections, { $requests } requests, { $faults } faults
    { $counts }

# demo/environment
gateway-demo-exists = there is a demo in { $dir } already: `lichtbild-gateway serve --config { $config }` starts it again; remove { $dir } for a new one
gateway-demo-no-address = { $url } is not an address
gateway-demo-no-client = { $error }
gateway-demo-not-written = cannot write { $file }
gateway-demo-not-adapted = cannot adapt { $file }

# demo/office
gateway-demo-download = the download was interrupted
gateway-demo-unreadable = the answer cannot be read
gateway-demo-no-answer = the gateway does not answer
gateway-demo-unexpected = unexpected answer of the gateway: { $status }

# demo/story
gateway-story-begin = A gateway, a photo studio and a registration office
gateway-story-setup =
    Keys, CAs and database were made in { $dir }.
    Studios connect by mutual TLS to { $studio }, offices to { $office }.
    "Foto Koch" and "Bürgerbüro Mitte" have one device each, with a certificate of its own.
gateway-story-deposit = The studio deposits a portrait
gateway-story-accepted =
    { $width } x { $height } pixels, { $bytes } bytes, checked by { $profile }: accepted.
    The gateway sealed it under a code, kept no copy of the code, and answered:

    {""}    { $code }

    The citizen carries the code to the counter. It is valid until { $end }.
gateway-story-collect = The office collects it
gateway-story-collected = The clerk types it in lower case with spaces. Photo by { $studio }; leased until { $end }.
gateway-story-same =
    Sent      SHA-256 { $sent }
    Collected SHA-256 { $got }
    Byte for byte the same; fetched twice, as after an interrupted download.
gateway-story-settled = Settled as used on { $time }. The photo is erased; only its record remains.
gateway-story-refusals = Refused requests
gateway-story-again = The same code again: { $title } - { $detail }
gateway-story-typo = A typo: { $title } - { $detail }
gateway-story-end =
    The demo took { $milliseconds } ms.
    `demo --serve` leaves such a gateway running, for curl (see README).
gateway-story-cut = A photo that lost two thirds of its bytes: { $title }
gateway-story-finding =
    {""}    { $message } (measured: { $measured }; limit: { $limit })
    {""}    { $hint }
gateway-story-revoked = The studio's device is revoked: its next request on the open connection is refused.
gateway-story-cut-off = The studio's device is revoked: its open connection was closed.
gateway-story-new-connection = A new connection: { $reason }
gateway-story-refused = refused: { $title } - { $detail }
gateway-story-unkept = the demo failed: { $promise }

# Faults that verify finds, by their names in JSON.
gateway-fault-picture-missing = a photo that is there has no sealed picture
gateway-fault-picture-malformed = a sealed picture has a length or a version that it cannot have
gateway-fault-picture-changed = a sealed picture is not the one that was stored
gateway-fault-picture-left-behind = a sealed picture still exists although its photo was erased
gateway-fault-epoch-key-missing = the key file has no key for the month in which a photo was sealed
gateway-fault-lease-differs = a photo and its collection do not agree on whether it is leased
gateway-fault-collection-missing = a photo's latest collection is not there, or another photo's
gateway-fault-photo-missing = a collection's photo is not there
gateway-fault-collection-left-open = a collection is open whose photo has another one, or is erased
gateway-fault-log-broken = a row of the audit log was changed, removed, or put elsewhere
gateway-fault-file = the database's file is damaged
gateway-fault-went-back = the database went back in time
gateway-fault-schema-changed = a table, index, trigger, view or function is not this program's, changed or missing
gateway-fault-row-differs = a column of a row does not hold what the audit log says
gateway-fault-row-changed = a row differs from its digest in the audit log
gateway-fault-row-missing = a row that is in the audit log is missing
gateway-fault-row-untold = a row is there that is not in the audit log
gateway-fault-log-unproved = a row of the audit log does not carry the digest that only the key file makes
gateway-fault-handed-over-twice = a photo was handed over to two offices without being given back in between
gateway-fault-count-differs = the counted photos of a state are not as many as there are
gateway-fault-checkpoint-differs = a checkpoint in the database is not as it was signed
gateway-fault-anchor-differs = the place where the audit log begins was not signed
gateway-fault-proof-key-differs = the sealed proof key of an invitation is not as it was stored
gateway-fault-key-file = the key file cannot be read, or is another gateway's
gateway-fault-audit-key = the key that signed checkpoints are verified with cannot be read
gateway-fault-out-of-use = the database is inactive

# Columns that verify does not cover.
gateway-uncovered-certificates-first_used_at = is noted when a certificate is first shown, without a row of the log
gateway-uncovered-certificates-der = repeats the certificate whose digest is in certificates.sha256, and is compared with that when it is read
gateway-uncovered-collection_devices-hand_overs = counts repeated hand-overs, not all of which have a row of the log; is never below the number in the log
gateway-uncovered-photos-refusal_seen = is set when the studio marks a refusal as seen on its pages, without a row of the log
gateway-uncovered-guesses = count wrong codes within a window of minutes, and are deleted after a day
gateway-uncovered-events = repeat for 30 days what the log tells, and announce ends, for programs of studios and offices
gateway-uncovered-notes-name--notes-moment = are notes of the database about itself: its last sweep and probe, its use
gateway-uncovered-photo_counts-number = counts rows that are added up now and then
gateway-uncovered-_sqlx_migrations = is compared with the program's own when the database is opened

# Help: one message per command, with its arguments as attributes.
gateway-help-arguments =
    .lang = Language of results and messages, and of letters, reports and certificate names (these are German by default); without this option, the environment variable LICHTBILD_LANG counts [default: en]
    .config = The gateway's configuration
    .json = Print JSON
    .which = Its name or identifier
    .name = Its name, as the other side will see it
    .place = Its town
    .label = Name for the device: "till 2"
    .valid = Time for which the code is valid, up to 14d [default: invitation_hours of the configuration]
    .kind = Kind of software that will hold the certificate. A browser's lasts longer (browser_certificate_days of the configuration), because a browser renews nothing by itself [default: browser at an office's counter, program everywhere else]
    .kind-program = The studio program, a Fachverfahren, a script: it renews its certificate by itself
    .kind-browser = A browser, into which a person imports each certificate
    .letter = Write the invitation as a letter too: a PDF, A4, for a window envelope. The post takes days: see --valid
    .auditor = The device belongs to an auditor: it reads the audit log and its checkpoints, and cannot collect photos
gateway-help-program = A gateway that carries biometric passport photos from photo studios to the registration office
    .after = Exit codes: 0 done, 1 failed (the message says what to do), 2 wrong usage, 3 the audit log or the database is damaged (`audit verify`, `verify`), 4 no checkpoint covers the audit log (`audit verify`).
gateway-help-init = Make a new gateway: keys, CAs, server certificate, database and configuration
    .dir = The folder to make; no file in it is ever overwritten
    .hosts = A name or address by which studios and offices reach the gateway; the first is written into the files of devices. Can be repeated
    .bind = The address to listen on for studios and offices: 0.0.0.0 or :: to be reached from outside this machine
    .port-base = Four ports in a row, for studios, offices, enrolment and monitoring; 0 for free ones at each start
    .public-studio-url = The studio listener's address in everything handed out, if it is not the first --host with the listener's port; the server certificate names its host too
    .public-office-url = The same for the office listener
    .public-enrolment-url = The same for the enrolment listener
    .database = An empty database on a PostgreSQL server, for more than one gateway: postgres://user@host/database. Store a password in ~/.pgpass rather than here
gateway-help-serve = Run the gateway
    .checkpoint = A checkpoint that an auditor stores (checkpoint-N.json, its .sig beside it): the gateway hands out no photo if the database is behind it
    .print-systemd-unit = Print a systemd unit that runs this gateway as the user lichtbild, and exit
gateway-help-demo = See it work: a portrait goes from a studio to an office, over mutual TLS
    .serve = Leave a gateway with one studio and one office running, and write demo.json and a portrait, in place of the demo
    .rough = With --serve: inject faults into this part of the requests, so that vendors can test how their software repeats requests [default: 0.2]. 503 and 429 with Retry-After before the gateway acts; a late answer (5 to 35 s, so that time limits of clients are met); the connection cut in the request, before the answer, or in the answer. A quarter as many connections are closed before TLS. Not on the monitoring port, and no faults in requests for /connect, /desk, /problems, /readyz and /studio. Standard error has a line for each fault, with its Request-Id, and the counts at the end
    .rough-seed = Repeat the faults of another run: the same seed gives the request with the same number the same fault [default: random, printed]
    .rough-stall = The longest late answer; the shortest is a seventh of it [default: 35]
    .dir = The folder to work in [default: a temporary one, removed at the end]
    .port-base = Four ports in a row, for studios, offices, enrolment and monitoring; 0 for free ones [default: free ones; with --serve 8443, 9443, 7443 and 9090]
    .database = An empty database on a PostgreSQL server, in place of a file: postgres://user@host/database. It is not removed at the end
gateway-help-studio = Invite, add, list, suspend or resume studios; release photos of revoked devices
gateway-help-studio-invite = Invite a device of a studio, and add the studio if it is new: prints the code with which the device enrols
    .name = Its name, as offices will see it. A studio of this name and place that exists already gets a further device
gateway-help-studio-add = Add a studio, without a device
gateway-help-studio-list = List all studios
gateway-help-studio-suspend = Refuse all requests of a studio from now on, on open connections too
gateway-help-studio-resume = Accept the requests of a suspended studio again
gateway-help-studio-release = Release photos that are held back because their device was revoked
    .device = Only the photos of this revoked device
gateway-help-office = Invite, add, list, suspend or resume offices
gateway-help-office-invite = Invite a device of an office, and add the office if it is new: prints the code with which the device enrols
    .name = Its name, as studios will see it. An office of this name and place that exists already gets a further device
gateway-help-office-add = Add an office, without a device
gateway-help-office-list = List all offices
gateway-help-office-suspend = Refuse all requests of an office from now on, on open connections too
gateway-help-office-resume = Accept the requests of a suspended office again
gateway-help-device = Invite, approve, add, list or revoke devices of studios and offices
gateway-help-device-invite = Invite a further device of a studio or office, or give a device a new code
    .studio = Invite a further device of this studio: name or identifier
    .office = Invite a further device of this office: name or identifier
    .device = Give this device a new code, because its invitation failed or its certificate has expired
gateway-help-device-approve = Approve a device's enrolment under the four-eyes policy: its request waits for a week
    .device-id = The device's identifier, from `device list`
    .fingerprint = Fingerprint that the device shows, to be compared without a question
    .yes = Do not ask: the fingerprints have been compared
gateway-help-device-add = Add a device and issue its certificate here, without an invitation
    .studio = The studio it belongs to: name or identifier
    .office = The office it belongs to: name or identifier
    .csr = A certificate request (PKCS#10, PEM or DER) made on the device, whose key then never leaves it. Without one, a key is made here and written beside the certificate
    .out = The folder to make for the device's files [default: one named after the device, here]
    .p12 = Algorithms of device.p12. Windows Server 2016 and older, and some versions of macOS, read only the old ones and report a wrong password otherwise
    .p12-aes256 = AES-256 and SHA-256: Windows 10 from version 1709, Windows Server 2019, current browsers and Java
    .p12-legacy = Triple DES and SHA-1, for programs that read nothing newer
    .certificate = Certificate that the device has from one of the [[office_authorities]] (PEM or DER): no certificate is issued here. A renewed certificate has to be bound anew
    .spki = The same by its key, so that a renewal with the same key remains valid: a certificate, a public key (PEM), or the SHA-256 of its SubjectPublicKeyInfo in hexadecimal
gateway-help-device-list = List all devices: invited, pending, active, expired, revoked
    .expiring = Only devices that need attention within this span (14d, 36h) [default: 14d]: certificates that end by then or have ended, and devices that are invited or wait for approval
gateway-help-device-revoke = Revoke a device permanently: its open connections are closed and its certificate is refused
    .device-id = The device's identifier, from `device list`
gateway-help-profile = List and show photo profiles, or check one of your own
gateway-help-profile-list = List the profiles that come with the program
gateway-help-profile-show = Print a profile: its file, in which every number has its source beside it. A good beginning for one of your own
    .which = A profile that comes with the program, or a file [default: the one in force, as gateway.toml says]
    .json = Print JSON, as studios see it at /v1/profile
gateway-help-profile-check = Check a file of your own: print its rules, or what is wrong with it and in which line
    .file = The profile file
gateway-help-openapi = Print the description of the HTTP API (OpenAPI 3.1), as each listener serves it at /v1/openapi.json
    .listener = Listener to describe; without it and with --out, all
    .out = Write one JSON file for each listener to this folder
gateway-help-audit = Verify the audit log, or export it
gateway-help-audit-verify = Verify the audit log or an export of it, and find rows that were changed, removed, swapped, inserted or cut off
    .long = Exits with code 3 if there is such a row, and names the first one. Rows that were cut off at the end, or rewritten up to the end, show only against signed checkpoints: those of --checkpoint, else of the configuration's folder, else those in the database. Exits with code 4 if no checkpoint covers the log. Works while the gateway runs.
    .checkpoints = A checkpoint (its .json, with the .sig beside it) or a folder of them; can be repeated [default: the configuration's folder]
    .public-key = The public key that checkpoints are signed with [default: the configuration's]
    .file = Verify an export in place of the gateway's own log; this needs no gateway
    .part = The export is a part of the log: checkpoints may know rows before and behind it
gateway-help-audit-export = Print the audit log as JSON Lines, which `audit verify --file` reads. Works while the gateway runs
    .from = From this moment on: 2026-11-01 (its beginning, UTC) or 2026-11-01T08:00:00Z [default: the log's beginning]
    .to = Up to this moment: 2026-11-30 (its end, UTC) or 2026-11-30T18:00:00Z [default: the log's end]
gateway-help-confirm-clock = Confirm that this machine's clock is right, after it was set or the gateway was stopped for more than a month
    .long = Until then nothing is erased: a wrong clock would erase everything.
gateway-help-backup = Copy database, configuration and certificates into a new folder while the gateway runs; or its keys, or both
    .to = The folder to make; it must not exist
    .keys = Include the key file and the private keys, or leave them out. A database, its key file and a citizen's code open that photo, so database and keys belong on different media: one backup without the keys, often, and one of the keys only, whenever they change
    .keys-without = Database, configuration and certificates
    .keys-only = Key file and private keys
    .keys-with = All in one folder, which is as good as the gateway itself
    .unsigned = Do not sign it, for a gateway that has no audit key yet: `restore` takes it with --unsigned only
gateway-help-restore = Make a gateway from a backup, in a new folder
    .long =
        Verifies the signature of the backup before it uses any file of it, with a key from elsewhere if there is one.

        Changes after the backup was taken are not in it. So that no photo is handed out that has been used since, all are held back until `quarantine release`.
    .from = The folder that `backup` made
    .dir = The folder to make; it must not exist
    .keys = The folder that `backup --keys only` made, if the backup has no keys
    .audit-key = The public key that the gateway signs with (audit.pub), from elsewhere than the backup [default: the one of --keys, else the backup's]
    .unsigned = Take a backup or keys that are not signed, as older versions made them: each holder may have changed them
    .log-since = An export of the audit log (JSON Lines) that goes on where the backup ends: its changes are shown, and carried out with --yes or when "yes" is typed
    .checkpoints = Signed checkpoints that cover the export: the gateway's own folder of them, or an auditor's
    .uncovered = Rows of the export behind the newest checkpoint, which could be forged
    .uncovered-refuse = Restore nothing
    .uncovered-leave-out = Carry out the rows up to the newest checkpoint only
    .uncovered-carry-out = Carry them out too: for emergencies, when the file has been in safe hands all the time
    .yes = Carry out the changes of the export without asking
    .despite-faults = Restore it although the database is damaged, if there is no better backup
gateway-help-quarantine = List, release or hold photos that may have been used after the database's state was saved
gateway-help-quarantine-list = List the photos that are held back since a restore or a rollback
gateway-help-quarantine-release = Release photos that are held back since a restore or a rollback, so that they can be collected again
    .photos = Identifiers of the photos
    .all = Every photo: only if no photo was handed out, withdrawn or settled after the backup was taken
gateway-help-quarantine-hold = Hold back every photo that is there, after the database was put back by other means than `restore`
    .as-of = The moment up to which the database knows what happened (2026-11-22T09:30:00Z) [default: now]
gateway-help-confirm-rollback = Accept a database that went back in time
    .long = Until then it is only read: photos in it may have been used since. The confirmation holds all of them back until `quarantine release`.
gateway-help-verify = Verify the database: photos, collections, keys, audit log. Exits with code 0 if it is intact
    .database = Another database than the configuration's, for example a backup's
gateway-help-migrate-store = Move a gateway from a file to a PostgreSQL server, or the other way, while no gateway runs
    .from = The database that is in use. No gateway may be running
    .to = The database that replaces it: empty, of the other kind. A file is made
    .key-file = The gateway's key file: with it, rows are compared with their digests on the way
    .despite-faults = Move the database although it is damaged
gateway-help-erase-report = Report what was erased of a photo, when and why, and what that means for backups
    .photo-id = The photo's identifier
gateway-help-renew-server-certificate = Issue a new server certificate with the gateway's own CA; a running gateway loads it by itself
    .hosts = A further name or address for the certificate; those of the present one stay. Can be repeated
