// Photos as files of a computer.

import { readFileSync } from 'node:fs';

const FIXTURES = new URL('../../fixtures/', import.meta.url);

// A portrait of the fixtures; each `number` makes another file of the same picture.
export function portrait(name = 'portrait-413x531.jpg', number = 0) {
    const bytes = readFileSync(new URL(name, FIXTURES));
    const comment = Buffer.from(`picture number ${number}`);
    const segment = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
    const buffer = Buffer.concat([bytes.subarray(0, 2), segment, comment, bytes.subarray(2)]);
    return { name: `${name.replace('.jpg', '')}-${number}.jpg`, mimeType: 'image/jpeg', buffer };
}

// A file of a person's computer with these bytes.
export function jpegFile(buffer, name = 'photo.jpg') {
    return { name, mimeType: 'image/jpeg', buffer };
}
