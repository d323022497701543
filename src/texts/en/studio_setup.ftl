### Set-up step by step (`lichtbild-studio setup`).

studio-setup-welcome = This connects the computer to the registration office. You need address and code of the invitation.
    End each answer with enter. Ctrl+C stops; a new run continues.

studio-setup-address = Address of the invitation (such as gateway.stadt.example):
studio-setup-address-again = Address (enter alone keeps { $address }):
studio-setup-code = Code of the invitation:
studio-setup-again = Compare address and code with the invitation and type them again.
studio-setup-enrolled-already = This computer is enrolled already ({ $gateway }). Enter alone keeps that; "{ $new }" enrols it with a new invitation:
# Answer to the question studio-setup-enrolled-already.
studio-setup-new = new
studio-setup-office = This computer belongs to an office and needs no watched folder. Import device.p12 into the browser with its password.
studio-setup-folder = Folder to which your photo program exports passport photos (enter alone: { $proposed }):
studio-setup-folder-unproposed = Folder to which your photo program exports passport photos:
studio-setup-folder-kept = Watched folder: { $folder }
studio-setup-folder-made = Watched folder: { $folder }. Export finished passport photos to it.
studio-setup-folder-relative = Type the whole path, such as { $example }.
studio-setup-folder-in-cloud = "{ $cloud }" is copied to a cloud, where passport photos must not be. Choose another folder.
studio-setup-folder-unusable = The folder { $folder } cannot be made ({ $cause }). Choose another one.
studio-setup-folder-not-unicode = The folder's name contains invalid characters. Choose another one.
studio-setup-folder-line = The folder cannot be added to { $config }. Write a line into the file by hand: folder = 'FOLDER', before the first line in square brackets.
studio-setup-folder-differs = { $config } names a folder already: { $folder }. Change its line folder, and run setup without --folder.
studio-setup-config-unwritable = { $config } cannot be written ({ $cause }). { $held ->
    [yes] The file is probably open in another program: close it there and repeat the set-up.
   *[no] Check permissions and free space, and repeat the set-up.
}
studio-setup-test = Test of the connection:
studio-setup-done = Done. Export passport photos to { $folder }. The receipt with the retrieval code is then in "sent", a refused photo with the reason in "refused".
    { $overview } shows the present state.
studio-setup-unfinished = Not finished yet: the lines above name what is missing. When it is repaired, { $again } continues; finished steps stay. With a new invitation answer the first question with "{ $new }". The folder is { $folder }.
studio-setup-interrupted = The set-up is not finished. { $again } continues it.
studio-setup-input-ended = There was no further answer. Start the set-up in a window in which you can type.
studio-setup-press-enter = Enter closes this window.
studio-setup-in-terminal = `lichtbild-studio setup`
studio-setup-in-start-menu = "Lichtbild einrichten" (in the start menu; without an installation: "Einrichten" in the unpacked folder)
studio-overview-in-terminal = `lichtbild-studio status --html`
studio-overview-in-start-menu = "Lichtbild Übersicht" (in the start menu; without an installation: "Uebersicht" in the unpacked folder)
studio-autostart-removed = The folder is no longer watched, nor after the next logon. Configuration, key and photos stay.
studio-autostart-none = No start at logon was set up.
studio-setup-enter-or-new = Press enter only, or type "{ $new }".
studio-setup-code-again = Code (enter alone keeps it):
studio-setup-folder-with-photos = { $folder } already contains { $count } photos, and the watch would check and move them all. Choose an empty or a new folder.
studio-setup-folder-inside = { $folder } cannot be watched: it is a whole drive, or belongs to a watched folder. Choose another one.
studio-autostart-not-begun = The watch could not be started now ({ $cause }). It begins at the next logon.
studio-autostart-not-removed = The start at logon could not be removed ({ $cause }). Try again, or ask the support of this computer.
studio-setup-watch-not-seen = The watch is not seen to run yet: { $overview } shows whether it does.
