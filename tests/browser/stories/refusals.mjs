// Every failure has its own words, and words for the citizen.

import { strict as assert } from 'node:assert';

// A well-formed code of no photo, from the examples of the interface.
export const UNKNOWN = ['G94ZJ-756FW-FHRWS-2ZVE8', 'NR3MP-75Q96-X8259-ZKAA9', '00000-00000-00000-00012'];

const DAY = 86_400;

// Kind, status, and how it comes about: each is given a fresh photo and gives the code that is then entered.
const OF_CODES = [
    ['code-unknown', 404, async () => UNKNOWN[0]],
    ['photo-leased-elsewhere', 409, async (counter, deposit) => {
        await counter.collectedElsewhere(deposit);
        return deposit.code;
    }],
    ['photo-settled', 410, async (counter, deposit) => {
        await counter.settledElsewhere(deposit, { outcome: 'used' });
        return deposit.code;
    }],
    ['photo-withdrawn', 410, async (counter, deposit) => {
        await counter.ask('withdraw', { photo_id: deposit.photo_id });
        return deposit.code;
    }],
    ['photo-expired', 410, async (counter, deposit) => {
        await counter.passes(181 * DAY);
        return deposit.code;
    }],
    ['too-many-codes', 429, async (counter, deposit) => {
        // Twenty are borne within a quarter of an hour, the first of them was another story.
        for (let guess = 0; guess < 20; guess += 1) await counter.ask('collect', { device: 'mitte', code: UNKNOWN[0] });
        return deposit.code;
    }],
    ['storage-unavailable', 503, async (counter, deposit) => {
        await counter.ask('break_storage');
        return deposit.code;
    }],
];

// What stands in the way of a clerk, whatever is entered.
const OF_CLERKS = [
    ['office-suspended', 403, (counter) => counter.ask('suspend', { device: 'mitte', suspended: true })],
    ['device-revoked', 403, (counter) => counter.ask('revoke', { device: 'mitte' })],
];

// Walks through them all, and hands each page to `look`.
export async function everyRefusal(counter, clerk, look) {
    for (const [kind, status, happens] of OF_CODES) {
        const code = await happens(counter, await counter.deposit());
        await clerk.open();
        const [answer] = await Promise.all([
            clerk.page.waitForResponse((response) => response.request().method() === 'POST'),
            clerk.enters(code),
        ]);
        assert.equal(answer.status(), status, kind);
        const words = await clerk.isRefused(kind);
        await look(kind, words);
        // The next one has the counter as it was.
        if (kind === 'too-many-codes') await counter.passes(16 * 60);
        if (kind === 'storage-unavailable') await counter.ask('mend_storage');
    }
    for (const [kind, status, happens] of OF_CLERKS) {
        await clerk.open();
        await happens(counter);
        for (const path of ['/desk/', '/desk/today']) {
            const answer = await clerk.open(path);
            assert.equal(answer.status(), status, `${kind} at ${path}`);
        }
        await clerk.sees(`main[data-problem="${kind}"]`);
        await look(kind, await clerk.text('main'));
        await counter.ask('suspend', { device: 'mitte', suspended: false });
    }
}

export async function every_refusal_has_words_of_its_own_and_words_for_the_citizen(counter) {
    const clerk = await counter.clerk();
    const [heard, told] = [new Map(), new Map()];
    await everyRefusal(counter, clerk, async (kind, words) => {
        heard.set(words, kind);
        const citizen = await clerk.text('#tell-citizen');
        assert.ok(citizen.length > 20, `${kind}: ${citizen}`);
        told.set(citizen, kind);
        if (kind === 'photo-settled') assert.match(await clerk.text('main'), /Bürgeramt Nord/);
        // Until when, by the clock on the wall: a quarter of an hour from half past ten.
        if (kind === 'photo-leased-elsewhere') assert.match(await clerk.text('main'), /10:45/);
    });
    const kinds = OF_CODES.length + OF_CLERKS.length;
    assert.equal(heard.size, kinds, `the same words for two: ${[...heard]}`);
    assert.equal(told.size, kinds, `the citizen is told the same twice: ${[...told]}`);
}

export async function what_was_entered_stands_there_to_be_compared_but_in_no_answer(counter) {
    const clerk = await counter.clerk();
    await clerk.open();
    const [answer] = await Promise.all([
        clerk.page.waitForResponse((response) => response.request().method() === 'POST'),
        clerk.enters(UNKNOWN[0]),
    ]);
    await clerk.isRefused('code-unknown');
    counter.codes.push(UNKNOWN[0]);
    counter.keepsSecret(new URL(answer.url()).pathname, 'the address');
    // The next code is entered on the same page.
    const deposit = await counter.deposit();
    await clerk.page.fill('#code', deposit.code);
    await clerk.page.press('#code', 'Enter');
    await clerk.seesPhoto();
}

export async function a_certificate_that_no_device_of_an_office_holds_is_told_so_in_a_page(counter) {
    const clerk = await counter.clerk({ device: 'stranger' });
    const answer = await clerk.open();
    assert.equal(answer.status(), 403);
    await clerk.sees('main[data-problem="device-unknown"]');
    assert.ok((await clerk.text('main')).length > 40);
    assert.equal(await clerk.page.locator('#code').count(), 0);
}

export async function a_browser_without_a_certificate_gets_no_page_at_all(counter) {
    // Without one Playwright leaves TLS to Chromium, which does not know this run's authority.
    const clerk = await counter.clerk({ device: 'nobody', ignoreHTTPSErrors: true });
    await assert.rejects(clerk.open(), /ERR_BAD_SSL_CLIENT_AUTH_CERT|ERR_SSL_|ERR_CONNECTION/);
    assert.deepEqual(await counter.asked(), []);
}

export async function addresses_that_lead_nowhere_answer_in_a_page(counter) {
    const clerk = await counter.clerk();
    const nobody = '00000000-0000-7000-8000-000000000000';
    for (const path of [`/desk/collections/${nobody}`, `/desk/collections/${nobody}/use`, '/desk/nowhere', '/desk/collections/x']) {
        const answer = await clerk.open(path);
        assert.ok(answer.status() >= 400 && answer.status() < 500, `${path}: ${answer.status()}`);
        assert.match(answer.headers()['content-type'], /text\/html/, path);
        await clerk.sees('main[data-problem]');
    }
}
