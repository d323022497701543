// A whole folder of photos, and the time from the drop to the findings.

import { strict as assert } from 'node:assert';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { portrait } from '../../photos.mjs';

const PHOTOS = 30;

// Begins to note when cards change and when the page's thread was busy for more than 50 ms at a time.
async function watch(page) {
    await page.evaluate(() => {
        window.noted = { tasks: [], checked: [], keys: [] };
        new PerformanceObserver((list) => noted.tasks.push(...list.getEntries().map(({ duration }) => duration)))
            .observe({ type: 'longtask' });
        new MutationObserver(() => {
            const cards = document.querySelectorAll('article.card:is([data-verdict=accepted], [data-verdict=remarks])');
            if (cards.length > noted.checked.length) noted.checked.push(performance.now());
        }).observe(document.querySelector('#cards'), { childList: true, subtree: true, attributes: true });
        addEventListener('keydown', () => noted.keys.push(performance.now()));
    });
}

export async function thirty_photos_do_not_freeze_the_page_and_are_checked_one_after_another(world) {
    const photographer = await world.photographer();
    await photographer.open();
    // The time that matters to a person, with the largest portrait.
    const large = portrait('portrait-1244x1600.jpg');
    await watch(photographer.page);
    const dropped = await photographer.page.evaluate(() => performance.now());
    await photographer.brings('drop', large);
    await photographer.seesChecked();
    const one = await photographer.page.evaluate(() => noted.checked[0]);
    await photographer.open();
    await watch(photographer.page);
    const files = Array.from({ length: PHOTOS }, (_, number) => portrait('portrait-827x1063.jpg', number));
    // As files of the computer, because handing over their bytes would keep the page busy.
    const folder = mkdtempSync(join(world.tools.scratch, 'photos-'));
    const paths = files.map(({ name, buffer }) => {
        writeFileSync(join(folder, name), buffer);
        return join(folder, name);
    });
    const begin = await photographer.page.evaluate(() => performance.now());
    await photographer.picks(...paths);
    // The first photo is ready long before the last one, and the page answers meanwhile.
    await photographer.seesChecked(0);
    await photographer.page.keyboard.press('Tab');
    const waiting = await photographer.page.locator('article.card[data-verdict=waiting]').count();
    assert.ok(waiting > 0, 'nothing is shown before everything was checked');
    await photographer.seesChecked(PHOTOS - 1);
    const noted = await photographer.page.evaluate(() => window.noted);
    assert.ok(noted.keys[0] < noted.checked.at(-1), 'a key was answered only after everything was checked');
    await photographer.page.click('#deposit-all');
    for (let place = 0; place < PHOTOS; place += 1) await photographer.seesReceipt(place);
    const { photos } = await world.ask('photos', { device: 'koch' });
    assert.equal(photos.length, PHOTOS);
    const all = await photographer.page.evaluate(() => window.noted.tasks);
    console.error([
        `from the drop to the findings of ${large.buffer.length} bytes: ${Math.round(one - dropped)} ms`,
        `${PHOTOS} photos checked in ${Math.round(noted.checked.at(-1) - begin)} ms`,
        `longest task of the page, checks and deposits: ${Math.round(Math.max(0, ...all))} ms of ${all.length} over 50 ms`,
    ].join('\n'));
}

export async function a_tablet_deposits_by_touch(world) {
    const photographer = await world.photographer({
        viewport: { width: 810, height: 1080 },
        hasTouch: true,
        isMobile: true,
        deviceScaleFactor: 2,
    });
    await photographer.open();
    const [chooser] = await Promise.all([photographer.page.waitForEvent('filechooser'), photographer.page.tap('#files')]);
    await chooser.setFiles([portrait()]);
    const card = await photographer.seesChecked();
    await card.locator('form.deposit button').tap();
    await photographer.seesReceipt();
    // Fingers need room (WCAG 2.5.8).
    const small = await photographer.page.locator('main button:visible, main a.button:visible, main summary').evaluateAll((all) =>
        all.filter((element) => element.getBoundingClientRect().height < 24).map(({ outerHTML }) => outerHTML.slice(0, 100)));
    assert.deepEqual(small, []);
    assert.equal((await world.ask('photos', { device: 'koch' })).photos.length, 1);
}
