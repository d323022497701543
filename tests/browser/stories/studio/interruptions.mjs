// Reloads, cuts, double clicks and second windows at any moment of a deposit: one photo and one code.

import { strict as assert } from 'node:assert';
import { OwnComputer } from '../../actors/own_computer.mjs';
import { Photographer } from '../../actors/photographer.mjs';
import { jpegFile } from '../../photos.mjs';

const ROUNDS = 20;
const CHECK = '/studio/check';
const DEPOSIT = '/studio/deposit';

// Numbers that another run repeats with the same seed (mulberry32).
function randomNumbers(seed) {
    let state = seed >>> 0;
    return (below) => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    };
}

async function newFile(world) {
    return jpegFile(Buffer.from(await world.ask('new_photo'), 'base64'));
}

const cut = (world, path, moment) => world.ask('cut', { method: 'POST', path, moment });

// Each disturbs an attempt to deposit the file. The page may be in any state afterwards.
const DISTURBANCES = {
    ...Object.fromEntries([CHECK, DEPOSIT].flatMap((path) => ['before', 'during', 'after'].map((moment) =>
        [`cut ${moment} ${path}`, async (world, photographer, file) => {
            await cut(world, path, moment);
            await attempt(photographer, file);
            // A browser may repeat a request whose connection was cut before an answer came.
            await photographer.sees('article.card:is([data-verdict=failed], [data-verdict=deposited])');
        }]))),
    'reload while it is checked': async (world, photographer, file) => {
        await photographer.open();
        const sent = photographer.page.waitForRequest((request) => request.url().endsWith(CHECK));
        await photographer.picks(file);
        await sent;
        await photographer.page.reload();
    },
    'reload while it is deposited': async (world, photographer, file) => {
        const sent = photographer.page.waitForRequest((request) => request.url().endsWith(DEPOSIT));
        await attempt(photographer, file);
        await sent;
        await photographer.page.reload();
    },
    'reload when it was deposited': async (world, photographer, file) => {
        const answered = photographer.page.waitForResponse((response) => response.url().endsWith(DEPOSIT));
        await attempt(photographer, file);
        await answered;
        await photographer.page.reload();
    },
    'a double click': async (world, photographer, file) => {
        await photographer.open();
        await photographer.picks(file);
        const card = await photographer.seesChecked();
        await card.locator('form.deposit button').dblclick();
        photographer.shown.add(await photographer.seesReceipt());
    },
    'two windows': async (world, photographer, file) => {
        const other = await photographer.context.newPage();
        await other.goto(`${world.scene.studio}/studio/`);
        await photographer.open();
        for (const page of [photographer.page, other]) await page.setInputFiles('#files', file);
        for (const page of [photographer.page, other]) await page.waitForSelector('form.deposit button');
        await Promise.all([photographer.page, other].map((page) => page.click('form.deposit button')));
        await other.waitForSelector('article.card[data-verdict=deposited]');
        photographer.shown.add(await photographer.readsCode(other));
        await other.close();
        photographer.shown.add(await photographer.seesReceipt());
    },
    'no network for a while': async (world, photographer, file) => {
        await photographer.open();
        await photographer.picks(file);
        await photographer.seesChecked();
        await photographer.context.setOffline(true);
        await photographer.page.click('form.deposit button');
        await photographer.sees('article.card[data-verdict=failed] .again');
        await photographer.context.setOffline(false);
        await photographer.page.click('article.card .again');
        photographer.shown.add(await photographer.seesReceipt());
    },
    'another try in the same page': async (world, photographer, file) => {
        await cut(world, DEPOSIT, 'after');
        await attempt(photographer, file);
        await photographer.sees('article.card:is([data-verdict=failed], [data-verdict=deposited])');
        const again = photographer.page.locator('article.card[data-verdict=failed] .again');
        if (await again.count()) await again.click();
        photographer.shown.add(await photographer.seesReceipt());
    },
};

async function attempt(photographer, file) {
    await photographer.open();
    await photographer.picks(file);
    const button = photographer.page.locator('form.deposit button');
    const failed = photographer.page.locator('article.card[data-verdict=failed]');
    await button.or(failed).first().waitFor();
    if (await button.count()) await button.click();
}

export async function reloads_cuts_and_double_clicks_at_random_moments_make_one_photo_and_one_code(world) {
    const seed = Number(process.env.LICHTBILD_BROWSER_SEED ?? Date.now() % 1_000_000);
    const below = randomNumbers(seed);
    // With its own TLS connections, since Playwright answers for a connection that was cut.
    const computer = await OwnComputer.ofDevice(world, 'koch');
    const photographer = world.joins(await Photographer.sitsDown(world, await computer.starts()));
    photographer.page.on('dialog', (dialog) => dialog.accept().catch(() => {}));
    const names = Object.keys(DISTURBANCES);
    for (let round = 1; round <= ROUNDS; round += 1) {
        const file = await newFile(world);
        photographer.shown = new Set();
        const done = [];
        try {
            // Each kind comes at least once in all rounds.
            for (let count = 1 + below(3); count > 0; count -= 1) {
                done.push(count === 1 ? names[round % names.length] : names[below(names.length)]);
                await DISTURBANCES[done.at(-1)](world, photographer, file);
            }
            await world.ask('cut_nothing');
            photographer.shown.add(await photographer.depositsFile(file));
            assert.equal(photographer.shown.size, 1, 'more than one code');
            const { photos } = await world.ask('photos', { device: 'koch' });
            assert.equal(photos.length, round, 'not one photo for each file');
        } catch (error) {
            error.message += `\nLICHTBILD_BROWSER_SEED=${seed}, round ${round}: ${done.join(', ')}`;
            throw error;
        }
    }
}

export async function a_form_that_was_sent_twice_without_a_script_leads_to_the_same_receipt(world) {
    const photographer = await world.photographer({ javaScript: false });
    const file = await newFile(world);
    const send = async () => {
        await photographer.open();
        await photographer.picks(file);
        await photographer.page.click('#check');
        await photographer.seesChecked();
        await photographer.page.setInputFiles('form.deposit input[type=file]', file);
        await photographer.page.click('form.deposit button');
        await photographer.sees('.citizen-receipt');
        return photographer.readsCode();
    };
    const code = await send();
    assert.equal(await send(), code);
    assert.equal((await world.ask('photos', { device: 'koch' })).photos.length, 1);
}
