// From an invitation to a certificate in a file that other programs open.

import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { isFit } from '../../checks/fit.mjs';
import { certificateNames, importCertificate, makeHome } from '../../own_home.mjs';

const HOUR = 60 * 60;
const DAY = 24 * HOUR;

function openssl(...options) {
    return execFileSync('openssl', options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

// Key and certificate of the file, in PEM.
function opened({ path, password }) {
    const read = (...options) => openssl('pkcs12', '-in', path, '-passin', `pass:${password}`, '-nodes', ...options);
    return { key: read('-nocerts'), certificate: read('-clcerts', '-nokeys'), authorities: read('-cacerts', '-nokeys') };
}

function publicKey({ key }) {
    return execFileSync('openssl', ['pkey', '-pubout'], { input: key, encoding: 'utf8' });
}

export async function the_file_of_the_page_opens_with_openssl_with_java_and_in_a_browsers_store(world) {
    await world.isToday();
    const newcomer = await world.newcomer();
    const file = await newcomer.connects((await world.invites()).code);
    await newcomer.finishes();
    const { key, certificate } = opened(file);
    const ofCertificate = execFileSync('openssl', ['x509', '-pubkey', '-noout'], { input: certificate, encoding: 'utf8' });
    assert.equal(publicKey({ key }), ofCertificate, 'the key does not belong to the certificate');
    const subject = execFileSync('openssl', ['x509', '-subject', '-noout', '-nameopt', 'utf8'], { input: certificate, encoding: 'utf8' });
    assert.match(subject, /Foto Koch, Theke/);
    const javaStore = ['-list', '-storetype', 'PKCS12', '-keystore', file.path, '-storepass', file.password];
    const listed = execFileSync('keytool', javaStore, { encoding: 'utf8' });
    assert.match(listed, /PrivateKeyEntry/);
    const home = makeHome(mkdtempSync(join(world.tools.scratch, 'home-')), world.tools.authority);
    importCertificate(home, file.path, file.password);
    const [name] = certificateNames(home);
    assert.match(name, /^Foto Koch, Theke.*, bis \d\d\.\d\d\.\d{4}$/);
}

export async function an_office_connects_its_counter_in_the_same_way(world) {
    await world.isToday();
    const newcomer = await world.newcomer();
    const invitation = await world.invites({ role: 'office', party: 'Bürgeramt Mitte', label: 'Schalter 7' });
    const file = await newcomer.connects(invitation.code);
    assert.equal(await newcomer.page.getAttribute('#test-certificate', 'href'), `${world.scene.office}/desk/self-test`);
    await newcomer.finishes();
    const { key, certificate } = opened(file);
    const clerk = await world.clerk({ device: { key, certificate } });
    await clerk.open('/desk/self-test');
    assert.match(await clerk.text('#device'), /Bürgeramt Mitte.*Schalter 7/s);
}

export async function a_person_waits_until_the_administrator_has_compared_the_fingerprint(world) {
    await world.isToday();
    const newcomer = await world.newcomer();
    const { code, device_id } = await world.invites();
    await newcomer.accepts(code);
    await newcomer.sees('#pending');
    const shown = (await newcomer.text('#waiting-fingerprint')).replaceAll(/\s/g, '');
    assert.match(shown, /^[0-9A-F]{64}$/);
    // The browser keeps bytes that tell nothing without the code.
    const [{ text }, ...others] = await newcomer.kept();
    assert.deepEqual(others, []);
    for (const readable of ['pkcs8', 'spki', '"kty"', 'Foto Koch', device_id]) assert.ok(!text.includes(readable), text);
    // The same key after a reload.
    await newcomer.page.reload();
    await newcomer.enters(code);
    await newcomer.sees('#pending');
    assert.equal((await newcomer.text('#waiting-fingerprint')).replaceAll(/\s/g, ''), shown);
    assert.equal(await world.ask('approve', { device_id, fingerprint: '0'.repeat(64) }), false);
    assert.equal(await world.ask('approve', { device_id, fingerprint: shown }), true);
    await world.passes(61);
    await newcomer.takes('#check-now');
    const file = await newcomer.savesFile();
    await newcomer.finishes();
    assert.match(opened(file).certificate, /BEGIN CERTIFICATE/);
}

export async function a_key_whose_file_was_saved_stays_for_an_hour_at_most(world) {
    await world.isToday();
    const newcomer = await world.newcomer();
    const { code } = await world.invites();
    await newcomer.accepts(code);
    await newcomer.sees('#device-file');
    const [before] = await newcomer.kept();
    const key = publicKey(opened(await newcomer.savesFile()));
    const now = await newcomer.page.evaluate(() => Date.now());
    const [after] = await newcomer.kept();
    assert.ok(before.until > now + DAY * 1000, `${before.until}`);
    assert.ok(after.until <= now + HOUR * 1000 && after.name === before.name, `${after.until}`);
    // The page is closed without a word. Within the hour the code leads to the same key.
    await newcomer.comesBack();
    await newcomer.enters(code);
    await newcomer.sees('#device-file');
    assert.equal(publicKey(opened(await newcomer.savesFile())), key);
    await newcomer.comesBack({ after: HOUR + 60 });
    assert.deepEqual(await newcomer.keptKeys(), []);
}

export async function a_code_that_was_mistyped_is_not_sent(world) {
    const newcomer = await world.newcomer();
    const { code } = await world.invites();
    const swapped = code.slice(0, 3) + code[4] + code[3] + code.slice(5);
    await newcomer.open();
    const mark = (await world.asked()).length;
    for (const wrong of ['', 'ABCDE-FGHJK', `${code.slice(0, -1)}ß`, swapped === code ? code.slice(1) : swapped]) {
        await newcomer.page.fill('#code', '');
        await newcomer.enters(wrong);
        await newcomer.sees('#code-error');
        await newcomer.sees('#code[aria-invalid=true]:focus');
        assert.ok((await newcomer.text('#code-error')).length > 20);
    }
    assert.deepEqual(await world.asked(mark), []);
}

export async function every_part_of_the_connect_page_is_fit_for_everybody(world) {
    await world.isToday();
    for (const [language, locale] of [['de', 'de-DE'], ['en', 'en-GB']]) {
        const newcomer = await world.newcomer({ locale, reducedMotion: 'reduce' });
        const { code } = await world.invites({ label: `Theke ${language}` });
        await newcomer.open();
        await newcomer.sees(`html[lang=${language}]`);
        await isFit(newcomer, `connect-${language}`);
        await newcomer.enters('ABCDE');
        await newcomer.sees('#code-error');
        await isFit(newcomer, `connect-typo-${language}`);
        await newcomer.page.fill('#code', '');
        await newcomer.enters('G94ZJ-756FW-FHRWS-2ZVE8');
        await newcomer.sees('.error-summary:focus');
        await isFit(newcomer, `connect-unknown-${language}`);
        await newcomer.page.fill('#code', '');
        await newcomer.enters(code);
        await newcomer.sees('#confirm');
        await isFit(newcomer, `connect-confirm-${language}`);
        await newcomer.takes('#accept');
        await newcomer.sees('#device-file');
        for (const system of ['windows', 'macintosh', 'firefox', 'ipad', 'android']) {
            await newcomer.page.locator(`details[data-system=${system}]`).evaluate((part) => (part.open = true));
        }
        await isFit(newcomer, `connect-file-${language}`);
        // The only copy of the key is not given up before it was saved.
        await newcomer.takes('#file-saved');
        await newcomer.sees('#save-first');
        await newcomer.sees('#save-file:focus');
        await isFit(newcomer, `connect-not-saved-${language}`);
        await Promise.all([newcomer.page.waitForEvent('download'), newcomer.takes('#save-file')]);
        await newcomer.finishes();
        await isFit(newcomer, `connect-done-${language}`);
    }
}

export async function without_a_script_the_connect_page_says_what_to_do(world) {
    const newcomer = await world.newcomer({ javaScript: false });
    await newcomer.open();
    assert.match(await newcomer.text('main'), /JavaScript/);
    assert.equal(await newcomer.page.isVisible('#code'), false);
    assert.equal(await newcomer.page.isVisible('#device-file'), false);
}

export async function names_in_an_invitation_are_shown_as_text(world) {
    await world.isToday();
    const newcomer = await world.newcomer();
    const hostile = '<img src=x onerror="document.title=1"> & "\'';
    const { code } = await world.invites({ party: hostile, label: hostile });
    await newcomer.open();
    await newcomer.enters(code);
    await newcomer.sees('#confirm');
    assert.equal(await newcomer.text('#party-name'), hostile);
    await newcomer.takes('#accept');
    const { name } = await newcomer.savesFile();
    assert.match(name, /^[\p{L}\p{M}\p{N}.-]+\.p12$/u);
    assert.equal(await newcomer.page.locator('main img').count(), 0);
    await newcomer.finishes();
}
