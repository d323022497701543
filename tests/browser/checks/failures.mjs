// Failures that a clerk can meet, and how to cause them.

import { strict as assert } from 'node:assert';

// The code with one symbol replaced by another.
export function mistyped(code, place = 7) {
    return code.slice(0, place) + (code[place] === '7' ? '8' : '7') + code.slice(place + 1);
}

// A well-formed code without a photo, from the API's examples.
export const UNKNOWN = 'G94ZJ-756FW-FHRWS-2ZVE8';

const DAY = 86_400;

// Kind, status and cause of each failure. A cause gets a new photo and returns the code that the clerk then enters.
const OF_CODES = [
    ['code-unknown', 404, async () => UNKNOWN],
    ['photo-leased-elsewhere', 409, async (world, deposit) => {
        await world.collectedElsewhere(deposit);
        return deposit.code;
    }],
    ['photo-settled', 410, async (world, deposit) => {
        await world.settledElsewhere(deposit, { outcome: 'used' });
        return deposit.code;
    }],
    ['photo-withdrawn', 410, async (world, deposit) => {
        await world.ask('withdraw', { photo_id: deposit.photo_id });
        return deposit.code;
    }],
    ['photo-expired', 410, async (world, deposit) => {
        await world.passes(181 * DAY);
        return deposit.code;
    }],
    ['too-many-codes', 429, async (world, deposit) => {
        // Twenty wrong codes are allowed within 15 minutes; another story entered the first.
        for (let guess = 0; guess < 20; guess += 1) await world.ask('collect', { device: 'mitte', code: UNKNOWN });
        return deposit.code;
    }],
    ['storage-unavailable', 503, async (world, deposit) => {
        await world.ask('break_storage');
        return deposit.code;
    }],
];

// Failures that do not depend on the entered code.
const OF_CLERKS = [
    ['office-suspended', 403, (world) => world.ask('suspend', { device: 'mitte', suspended: true })],
    ['device-revoked', 403, (world) => world.ask('revoke', { device: 'mitte' })],
];

// Number of failures.
export const FAILURES = OF_CODES.length + OF_CLERKS.length;

// Causes all failures and passes each page to `look`.
export async function everyFailure(world, clerk, look) {
    for (const [kind, status, happens] of OF_CODES) {
        const code = await happens(world, await world.deposit());
        await clerk.open();
        const [answer] = await Promise.all([
            clerk.page.waitForResponse((response) => response.request().method() === 'POST'),
            clerk.enters(code),
        ]);
        assert.equal(answer.status(), status, kind);
        const words = await clerk.isRefused(kind);
        await look(kind, words);
        // Restores the counter for the next failure.
        if (kind === 'too-many-codes') await world.passes(16 * 60);
        if (kind === 'storage-unavailable') await world.ask('mend_storage');
    }
    for (const [kind, status, happens] of OF_CLERKS) {
        await clerk.open();
        await happens(world);
        for (const path of ['/desk/', '/desk/today']) {
            const answer = await clerk.open(path);
            assert.equal(answer.status(), status, `${kind} at ${path}`);
        }
        await clerk.sees(`main[data-problem="${kind}"]`);
        await look(kind, await clerk.text('main'));
        if (kind === 'office-suspended') await world.ask('suspend', { device: 'mitte', suspended: false });
    }
}
