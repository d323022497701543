// Home folders for Chromium, with a certificate store of their own (NSS, as every Chromium on Linux reads it).

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const CHROMIUM_ARGUMENTS = [
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
];

// Makes a home folder whose store trusts this authority for servers.
export function makeHome(home, authority) {
    mkdirSync(store(home), { recursive: true });
    run('certutil', '-N', '-d', `sql:${store(home)}`, '--empty-password');
    run('certutil', '-A', '-d', `sql:${store(home)}`, '-n', 'server authority', '-t', 'C,,', '-i', authority);
    return home;
}

// Imports a PKCS#12 file, as a person does in the settings of a browser.
export function importCertificate(home, file, password) {
    return run('pk12util', '-i', file, '-d', `sql:${store(home)}`, '-W', password, '-K', '');
}

// Deletes a certificate and its key, found by its friendly name.
export function forgetCertificate(home, name) {
    run('certutil', '-F', '-d', `sql:${store(home)}`, '-n', name);
}

// The friendly names of the certificates whose keys are in the store.
export function certificateNames(home) {
    const lines = run('certutil', '-L', '-d', `sql:${store(home)}`).split('\n');
    return lines.filter((line) => /\su,u,u$/.test(line.trimEnd())).map((line) => line.replace(/\s+u,u,u\s*$/, '').trim());
}

// Makes a profile that presents the only fitting certificate to these servers without asking. A person picks it once in a dialog, which
// Chromium draws outside of the page, where no test can press a key.
export function makeProfile(home, origins) {
    const settings = Object.fromEntries(origins.map((origin) =>
        [`${origin},*`, { last_modified: '13400000000000000', setting: { filters: [{}] } }]));
    const profile = join(home, 'profile');
    mkdirSync(join(profile, 'Default'), { recursive: true });
    const preferences = { profile: { content_settings: { exceptions: { auto_select_certificate: settings } } } };
    writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
    return profile;
}

function store(home) {
    return join(home, '.pki', 'nssdb');
}

function run(program, ...options) {
    return execFileSync(program, options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
