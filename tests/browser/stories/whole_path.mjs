// The whole path of a studio in a Chromium of its own, with real mutual TLS and the keyboard alone.

import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Newcomer } from '../actors/newcomer.mjs';
import { OwnComputer } from '../actors/own_computer.mjs';
import { Photographer } from '../actors/photographer.mjs';
import { SCREENSHOTS } from '../checks/fit.mjs';
import { tracesOf } from '../checks/key_traces.mjs';
import { certificateNames, forgetCertificate, importCertificate } from '../own_home.mjs';
import { portrait } from '../photos.mjs';

// Seconds for which certificates are valid: a certificate that is renewed after three quarters of it, and backdated by ten minutes as every
// one of the gateway, is valid for the browser's clock too.
const VALIDITY = 12 * 60;

function keyOf({ path, password }) {
    return execFileSync('openssl', ['pkcs12', '-in', path, '-passin', `pass:${password}`, '-nodes', '-nocerts'], { encoding: 'utf8' });
}

// Fails if a request to the gateway contained the key, in any spelling, or the password of the file.
async function isNotSent(world, key, { password }) {
    const { secret, open } = tracesOf(key);
    const found = await world.ask('containing', { searched: open });
    assert.ok(found.some((request) => /enroll$/.test(request)), 'the certificate request is not found by its public key');
    const searched = [...secret, Buffer.from(password).toString('hex')];
    assert.deepEqual(await world.ask('containing', { searched }), [], 'the key was sent');
}

// Prints the open page and returns the text of the DataMatrix on the paper.
async function printsSymbol(world, photographer, name) {
    const folder = mkdtempSync(join(world.tools.scratch, 'print-'));
    const [pdf, page] = [join(folder, 'page.pdf'), join(folder, 'page')];
    await photographer.page.pdf({ path: pdf, preferCSSPageSize: true });
    if (SCREENSHOTS) copyFileSync(pdf, join(SCREENSHOTS, `studio-${name}.pdf`));
    const pages = execFileSync('pdfinfo', [pdf], { encoding: 'utf8' });
    assert.match(pages, /^Pages:\s+1$/m, `the receipt does not fit on its paper: ${pages}`);
    execFileSync('pdftoppm', ['-mono', '-singlefile', '-r', '300', pdf, page]);
    const symbol = execFileSync('dmtxread', ['--stop-after=1', '--milliseconds=30000', `${page}.pbm`], { encoding: 'utf8' });
    const words = execFileSync('pdftotext', ['-raw', '-enc', 'UTF-8', pdf, '-'], { encoding: 'utf8' });
    return { symbol, words };
}

// Chooses files with the keyboard: the dialog of the system itself is Playwright's.
async function choosesFiles(photographer, ...files) {
    await photographer.tabsTo('#files');
    const [chooser] = await Promise.all([photographer.page.waitForEvent('filechooser'), photographer.presses('Enter')]);
    await chooser.setFiles(files);
}

async function connects(world, computer) {
    const newcomer = world.joins(await Newcomer.sitsDown(world, await computer.starts()));
    const file = await newcomer.connects((await world.invites()).code);
    const key = keyOf(file);
    importCertificate(computer.home, file.path, file.password);
    await newcomer.finishes();
    await world.leaves(newcomer);
    return { file, key };
}

async function renews(world, computer) {
    const photographer = world.joins(await Photographer.sitsDown(world, await computer.starts()));
    await photographer.open('/studio/computer');
    await photographer.takes('#to-renewal');
    await photographer.takes('#renew');
    const file = await photographer.savesFile();
    const key = keyOf(file);
    // The person takes the new certificate from now on.
    forgetCertificate(computer.home, certificateNames(computer.home)[0]);
    importCertificate(computer.home, file.path, file.password);
    await photographer.takes('#file-saved');
    await photographer.sees('#device-file-done');
    await world.leaves(photographer);
    return { file, key };
}

export async function connect_deposit_print_refusal_withdraw_renew(world) {
    await world.isToday();
    await world.ask('certificates_last', { seconds: VALIDITY });
    const computer = new OwnComputer(world);
    const first = await connects(world, computer);

    let photographer = world.joins(await Photographer.sitsDown(world, await computer.starts()));
    await photographer.open();
    await choosesFiles(photographer, portrait(undefined, 1), portrait(undefined, 2));
    const codes = [];
    for (const place of [0, 1]) {
        await photographer.seesChecked(place);
        // The first card has no button any more once its photo is deposited.
        await photographer.takes('form.deposit button');
        codes.push(await photographer.seesReceipt(place));
    }
    const ids = [];
    for (const place of [0, 1]) ids.push(await photographer.photoId(photographer.page.locator('article.card').nth(place)));
    for (const [place, id] of ids.entries()) {
        await photographer.open();
        await photographer.open(`/studio/photos/${id}/receipt`);
        await photographer.sees('.citizen-receipt');
        for (const paper of ['#paper-a6', '#paper-roll']) {
            await photographer.tabsTo('[name=paper]');
            if (paper === '#paper-roll') await photographer.presses('ArrowDown');
            assert.equal(await photographer.page.isChecked(paper), true);
            const { symbol, words } = await printsSymbol(world, photographer, `receipt${place}${paper}`);
            assert.equal(symbol, codes[place].replaceAll('-', ''), paper);
            assert.ok(words.includes(codes[place]), `${paper}: ${words}`);
        }
    }

    const refusal = { outcome: 'refused', reason: 'gaze', note: 'Bitte geradeaus schauen.' };
    await world.settledElsewhere({ code: codes[0] }, refusal);
    await photographer.open();
    assert.match(await photographer.text('nav a[href="/studio/photos"]'), /\(1\)$/);
    await photographer.takes('nav a[href="/studio/photos"]');
    const row = await photographer.sees('tr[data-state=refused][data-new]');
    assert.match(await row.innerText(), /Bitte geradeaus schauen\./);
    await photographer.takes('#seen button');
    await photographer.page.waitForSelector('tr[data-new]', { state: 'detached' });

    await photographer.takes(`#photos a[href="/studio/photos/${ids[1]}"]`);
    await photographer.takes('a#withdraw');
    await photographer.takes('form#withdraw button');
    await photographer.sees('[data-state=withdrawn]');
    assert.equal(await world.state({ photo_id: ids[1] }), 'withdrawn');
    await world.leaves(photographer);

    // Two thirds of the validity later, which the real clock of the browser does not notice.
    const now = Date.parse(await world.passes((VALIDITY * 3) / 4));
    const second = await renews(world, computer);
    photographer = world.joins(await Photographer.sitsDown(world, await computer.starts()));
    await photographer.open('/studio/computer');
    const end = Date.parse(await photographer.page.getAttribute('#device time', 'datetime'));
    assert.ok(Math.abs(end - now - VALIDITY * 1000) < 2000, 'the browser does not present the new certificate');
    for (const { file, key } of [first, second]) await isNotSent(world, key, file);
}
