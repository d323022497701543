use super::*;

#[test]
fn the_first_writer_wins() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    write_new(&path, b"first", FileMode::OwnerOnly).unwrap();
    assert_eq!(write_new(&path, b"second", FileMode::OwnerOnly).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(read(&path).unwrap().unwrap(), b"first");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no temporary file stays behind");
}

#[test]
fn a_replacement_is_atomic() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    write_new(&path, b"first", FileMode::OwnerOnly).unwrap();
    replace(&path, b"second", FileMode::OwnerOnly).unwrap();
    assert_eq!(read(&path).unwrap().unwrap(), b"second");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no temporary file stays behind");
}

#[test]
fn a_pending_file_appears_only_when_committed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let begin = |text: &[u8]| {
        let mut draft = PendingFile::create(&path, FileMode::OwnerOnly).unwrap();
        draft.write_all(text).unwrap();
        draft
    };
    drop(begin(b"never finished"));
    assert_eq!(read(&path).unwrap(), None);
    begin(b"first").commit_new().unwrap();
    assert_eq!(begin(b"second").commit_new().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(read(&path).unwrap().unwrap(), b"first");
    begin(b"third").commit_replacing().unwrap();
    assert_eq!(read(&path).unwrap().unwrap(), b"third");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no temporary file stays behind");
}

#[test]
fn a_pending_folder_appears_only_when_committed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("folder");
    let begin = || {
        let draft = PendingFolder::create(&path).unwrap();
        write_new(&draft.path_for(Path::new("a/b")).unwrap(), b"x", FileMode::OwnerOnly).unwrap();
        draft
    };
    drop(begin());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    let (first, second) = (begin(), begin());
    first.commit_new().unwrap();
    assert_eq!(second.commit_new().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(PendingFolder::create(&path).err().map(|error| error.kind()), Some(io::ErrorKind::AlreadyExists));
    assert_eq!(fs::read(path.join("a/b")).unwrap(), b"x");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no temporary folder stays behind");
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    write_new(&path, b"x", FileMode::OwnerOnly).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_rotated_file_takes_the_next_free_number() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    for content in [b"one", b"two"] {
        write_new(&path, content, FileMode::OwnerOnly).unwrap();
        rotate(&path).unwrap();
    }
    assert_eq!(read(&path).unwrap(), None);
    assert_eq!(fs::read(directory.path().join("file.1")).unwrap(), b"one");
    assert_eq!(fs::read(directory.path().join("file.2")).unwrap(), b"two");
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_the_file_behind_it_is_replaced() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let directory = tempfile::tempdir().unwrap();
    let [stick, first, second] = ["stick", "first", "second"].map(|name| directory.path().join(name));
    fs::create_dir(&stick).unwrap();
    let file = stick.join("file");
    fs::write(&file, b"old").unwrap();
    symlink("stick/file", &second).unwrap();
    symlink(&second, &first).unwrap();
    replace(&first, b"new", FileMode::OwnerOnly).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"new");
    replace_for_good(&first, b"new for good", FileMode::OwnerOnly).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"new for good");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let mut draft = PendingFile::create(&first, FileMode::WorldReadable).unwrap();
    draft.write_all(b"newer").unwrap();
    draft.commit_replacing().unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"newer");
    assert!(first.is_symlink() && second.is_symlink());
    assert_eq!(fs::read_dir(&stick).unwrap().count(), 1, "no temporary file stays behind");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3, "no temporary file stays behind");
    // New files take no part in it.
    assert_eq!(write_new(&first, b"x", FileMode::OwnerOnly).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    let draft = PendingFile::create(&first, FileMode::OwnerOnly).unwrap();
    assert_eq!(draft.commit_new().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    replace_entry(&first, b"mine", FileMode::OwnerOnly).unwrap();
    assert!(!first.is_symlink());
    assert_eq!((fs::read(&first).unwrap(), fs::read(&file).unwrap()), (b"mine".to_vec(), b"newer".to_vec()));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_to_no_file_is_an_error_and_stays() {
    let directory = tempfile::tempdir().unwrap();
    let link = directory.path().join("link");
    for target in ["away/file", "file", "link"] {
        std::os::unix::fs::symlink(target, &link).unwrap();
        assert!(replace(&link, b"new", FileMode::OwnerOnly).is_err(), "{target}");
        assert!(replace_for_good(&link, b"new", FileMode::OwnerOnly).is_err(), "{target}");
        assert!(PendingFile::create(&link, FileMode::OwnerOnly).is_err(), "{target}");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "{target}");
        fs::remove_file(&link).unwrap();
    }
}

#[test]
fn what_is_replaced_for_good_is_in_no_file_that_a_killed_writer_left() {
    let directory = tempfile::tempdir().unwrap();
    let [path, other] = ["gateway.key", "other.key"].map(|name| directory.path().join(name));
    for path in [&path, &other] {
        write_new(path, b"old", FileMode::OwnerOnly).unwrap();
        // As a writer that is killed before it gives the file its name.
        temporary::create_with(&temporary::own_prefix(path), path, FileMode::OwnerOnly).unwrap().keep().unwrap();
    }
    replace_for_good(&path, b"new", FileMode::OwnerOnly).unwrap();
    assert_eq!(read(&path).unwrap().unwrap(), b"new");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3, "another file's writer may be at work");
    replace_for_good(&other, b"new", FileMode::OwnerOnly).unwrap();
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    // A cleaner of the whole folder knows them, too.
    temporary::create_with(&temporary::own_prefix(&path), &path, FileMode::OwnerOnly).unwrap().keep().unwrap();
    remove_temporary_files(directory.path()).unwrap();
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
}

#[test]
fn removing_what_is_gone_is_fine() {
    let directory = tempfile::tempdir().unwrap();
    remove(&directory.path().join("file")).unwrap();
}

#[cfg(unix)]
#[test]
fn a_pipe_at_the_place_of_a_file_is_an_error_and_nothing_waits_for_its_other_end() {
    use std::os::unix::fs::symlink;
    let directory = tempfile::tempdir().unwrap();
    let [pipe, link] = ["pipe", "link"].map(|name| directory.path().join(name));
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    symlink("pipe", &link).unwrap();
    let (sender, ended) = std::sync::mpsc::channel();
    let directory_path = directory.path().to_owned();
    std::thread::spawn(move || {
        let refused = [
            read(&pipe).map(drop),
            read(&link).map(drop),
            read_entry(&pipe).map(drop),
            open_lock_file(&pipe).map(drop),
            sync_file(&pipe),
            rotate(&pipe).map(drop),
            read(&directory_path).map(drop),
        ];
        sender.send(refused.map(|result| result.is_err())).unwrap();
    });
    let refused = ended.recv_timeout(std::time::Duration::from_secs(10)).expect("one of them waits for ever");
    assert_eq!(refused, [true; 7]);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_is_read_except_where_others_may_place_links() {
    let directory = tempfile::tempdir().unwrap();
    let [file, link] = ["file", "link"].map(|name| directory.path().join(name));
    fs::write(&file, "content").unwrap();
    std::os::unix::fs::symlink("file", &link).unwrap();
    assert_eq!(read(&link).unwrap().unwrap(), b"content");
    assert!(read_entry(&link).is_err());
    assert_eq!(read_entry(&file).unwrap().unwrap(), b"content");
    assert_eq!(read_entry(&directory.path().join("none")).unwrap(), None);
}

#[test]
fn a_rotation_that_was_interrupted_is_finished() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("device.pem");
    write_new(&path, b"old", FileMode::OwnerOnly).unwrap();
    // As after an interruption between the two steps, or after the removal failed.
    write_new(&rotated_name(&path, 1), b"old", FileMode::OwnerOnly).unwrap();
    assert_eq!(rotate(&path).unwrap(), rotated_name(&path, 1));
    assert!(!path.exists() && !rotated_name(&path, 2).exists());
}

#[test]
fn a_file_with_the_same_bytes_is_not_touched_unless_others_can_read_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    write_new(&path, b"same", FileMode::OwnerOnly).unwrap();
    let mut open = File::open(&path).unwrap();
    replace(&path, b"same", FileMode::OwnerOnly).unwrap();
    // The open file is still the one with the name.
    fs::write(&path, b"more").unwrap();
    assert_eq!(io::read_to_string(&mut open).unwrap(), "more");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        replace(&path, b"more", FileMode::OwnerOnly).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// Files that another program has open, as a viewer or a virus scanner does.
#[cfg(windows)]
mod held_files {
    use std::os::windows::fs::OpenOptionsExt;
    use std::time::Duration;

    use super::*;

    const SHARE_READ_AND_WRITE: u32 = 3;

    fn hold(path: &Path) -> File {
        File::options().read(true).share_mode(SHARE_READ_AND_WRITE).open(path).unwrap()
    }

    #[test]
    fn a_held_file_is_neither_replaced_nor_removed_and_the_error_tells_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("device.pem");
        write_new(&path, b"old", FileMode::OwnerOnly).unwrap();
        let holder = hold(&path);
        for error in [
            replace(&path, b"new", FileMode::OwnerOnly).unwrap_err(),
            replace_entry(&path, b"new", FileMode::OwnerOnly).unwrap_err(),
            replace_for_good(&path, b"new", FileMode::OwnerOnly).unwrap_err(),
            remove(&path).unwrap_err(),
            rename(&path, &directory.path().join("other")).unwrap_err(),
        ] {
            assert!(is_held(&error), "{error:?}");
        }
        assert_eq!(fs::read(&path).unwrap(), b"old");
        // Its bytes are the wanted ones, so nothing has to be written.
        replace(&path, b"old", FileMode::OwnerOnly).unwrap();
        drop(holder);
        replace(&path, b"new", FileMode::OwnerOnly).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no temporary file stays behind");
    }

    #[test]
    fn a_file_that_is_held_for_a_moment_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("device.pem");
        write_new(&path, b"old", FileMode::OwnerOnly).unwrap();
        let holder = hold(&path);
        let scanner = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            drop(holder);
        });
        replace(&path, b"new", FileMode::OwnerOnly).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        scanner.join().unwrap();
    }

    #[test]
    fn a_temporary_file_that_is_held_is_left_for_the_next_cleaning() {
        let directory = tempfile::tempdir().unwrap();
        let temporaries = ["a", "b", "c"].map(|name| directory.path().join(format!(".lichtbild-{name}.tmp")));
        for path in &temporaries {
            fs::write(path, "half").unwrap();
        }
        let holder = hold(&temporaries[1]);
        remove_temporary_files(directory.path()).unwrap();
        assert_eq!(temporaries.each_ref().map(|path| path.exists()), [false, true, false]);
        drop(holder);
        remove_temporary_files(directory.path()).unwrap();
        assert!(!temporaries[1].exists());
    }

    #[test]
    fn paths_may_be_longer_than_260_characters() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("f".repeat(120)).join("g".repeat(120));
        make_folder(&folder, FileMode::OwnerOnly).unwrap();
        let path = folder.join("h".repeat(100));
        write_new(&path, b"old", FileMode::OwnerOnly).unwrap();
        replace(&path, b"new", FileMode::OwnerOnly).unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), b"new");
    }
}
