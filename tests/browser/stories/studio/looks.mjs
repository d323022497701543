// Accessibility and layout of every studio page.

import { strict as assert } from 'node:assert';
import { mkdirSync } from 'node:fs';
import { isFit, SCREENSHOTS, SIZES } from '../../checks/fit.mjs';
import { jpegFile, portrait } from '../../photos.mjs';

const PATHS = ['/studio/', '/studio/photos', '/studio/computer'];

async function everyPage(world, photographer, look) {
    const small = jpegFile(Buffer.from(await world.ask('new_photo'), 'base64'), 'thumbnail.jpg');
    await photographer.open();
    await look('deposit');
    await photographer.picks(portrait(), small);
    await photographer.seesChecked(0);
    await photographer.seesChecked(1);
    await look('checked');
    await photographer.page.route('**/studio/deposit', (route) => route.abort(), { times: 1 });
    await photographer.page.click('form.deposit button');
    await photographer.sees('article.card[data-verdict=failed]');
    await look('interrupted');
    await photographer.page.locator('.again:visible').click();
    const code = await photographer.seesReceipt(0);
    await look('deposited');
    const id = await photographer.photoId(photographer.page.locator('article.card').first());
    await photographer.open(`/studio/photos/${id}/receipt`);
    await photographer.sees('.citizen-receipt');
    await look('receipt');
    await photographer.open(`/studio/photos/${id}`);
    await look('photo');
    await world.settledElsewhere({ code }, { outcome: 'refused', reason: 'gaze', note: 'Bitte geradeaus schauen.' });
    await photographer.open('/studio/photos');
    await look('photos');
    await photographer.open(`/studio/photos/${id}`);
    await look('photo-refused');
    await photographer.open(`/studio/photos/${id}/receipt`);
    await look('receipt-ended');
    await photographer.open('/studio/computer');
    await look('computer');
    await photographer.open('/studio/renewal');
    await look('renewal');
    await photographer.open('/studio/nowhere');
    await look('nowhere');
}

export async function every_studio_page_is_fit_for_everybody(world) {
    const photographer = await world.photographer({ reducedMotion: 'reduce' });
    await everyPage(world, photographer, (name) => isFit(photographer, `studio-${name}-de`));
}

export async function the_english_studio_pages_are_fit_for_everybody(world) {
    const photographer = await world.photographer({ reducedMotion: 'reduce' });
    await photographer.open();
    await photographer.page.click('form#language button');
    await photographer.sees('html[lang=en]');
    await everyPage(world, photographer, async (name) => {
        await photographer.sees('html[lang=en]');
        await isFit(photographer, `studio-${name}-en`);
    });
}

export async function every_stop_of_the_tab_key_is_seen_on_the_studio_pages(world) {
    const photographer = await world.photographer();
    await photographer.depositsFile(jpegFile(Buffer.from(await world.ask('new_photo'), 'base64')));
    const id = await photographer.photoId(photographer.page.locator('article.card'));
    for (const path of [...PATHS, `/studio/photos/${id}`, `/studio/photos/${id}/receipt`]) {
        await photographer.open(path);
        await photographer.seesEveryStop(path);
    }
}

export async function forced_colours_and_print_keep_the_studio_pages_readable(world) {
    const photographer = await world.photographer({ forcedColors: 'active' });
    await photographer.depositsFile(portrait());
    const shot = async (name) => {
        if (!SCREENSHOTS) return;
        mkdirSync(SCREENSHOTS, { recursive: true });
        await photographer.page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true });
    };
    await shot('studio-forced-colours');
    const borders = await photographer.page.locator('nav a').evaluateAll((links) =>
        links.map((link) => [link.hasAttribute('aria-current'), getComputedStyle(link).borderBottomColor]));
    const canvas = await photographer.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    for (const [isCurrent, border] of borders) assert.equal(border !== canvas, isCurrent, `${borders}`);
    // The symbol must stay dark on light, or no scanner reads it.
    const [dark, light] = await photographer.page.locator('svg.data-matrix').evaluate((symbol) =>
        [getComputedStyle(symbol.querySelector('path, rect:last-of-type')).fill, getComputedStyle(symbol).backgroundColor]);
    assert.notEqual(dark, light);
    await photographer.page.click('article.card a[href$="/receipt"]');
    await photographer.sees('.citizen-receipt');
    await photographer.page.emulateMedia({ media: 'print', forcedColors: 'none' });
    for (const onScreenOnly of ['nav', '#print', '#next', 'form#language']) {
        assert.equal(await photographer.page.isVisible(onScreenOnly), false, `${onScreenOnly} is printed`);
    }
    assert.equal(await photographer.page.isVisible('.citizen-receipt .code'), true);
    assert.ok(SIZES.length > 0);
}
