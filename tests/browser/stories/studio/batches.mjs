// Several photos at once, some of which need a decision of their own.

import { strict as assert } from 'node:assert';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { portrait } from '../../photos.mjs';

export async function a_photo_whose_code_has_ended_is_not_among_those_that_are_deposited_at_once(world) {
    const photographer = await world.photographer();
    await photographer.depositsFile(portrait(undefined, 1));
    const [{ photo_id }] = (await world.ask('photos', { device: 'koch' })).photos;
    const kept = await photographer.depositsFile(portrait(undefined, 2));
    await world.ask('withdraw', { photo_id });
    await photographer.open();
    await photographer.picks(...[1, 2, 3, 4, 5].map((number) => portrait(undefined, number)));
    for (const place of [0, 1, 2, 3, 4]) await photographer.seesChecked(place);
    assert.match(await photographer.text('#deposit-all'), /^3 /);
    await photographer.page.click('#deposit-all');
    for (const place of [2, 3, 4]) await photographer.seesReceipt(place);
    const withdrawn = await photographer.seesChecked(0);
    assert.match(await withdrawn.innerText(), /neuen Code/);
    assert.equal((await world.ask('photos', { device: 'koch' })).photos.length, 5);
    // A click on its own card is the answer to the question.
    assert.notEqual(await photographer.deposits(0), kept);
    assert.equal(await photographer.deposits(1), kept);
    assert.equal((await world.ask('photos', { device: 'koch' })).photos.length, 6);
}

export async function a_changed_declaration_is_checked_before_the_photo_can_be_deposited(world) {
    const photographer = await world.photographer();
    await photographer.open();
    await photographer.picks(portrait(undefined, 1));
    const card = await photographer.seesChecked(0);
    // The next check does not end before the story lets it.
    let goOn;
    const held = new Promise((resolve) => (goOn = resolve));
    await photographer.page.route('**/studio/check', async (route) => {
        await held;
        await route.continue();
    });
    await photographer.picks(portrait(undefined, 2));
    await card.locator('select[name=subject]').selectOption('under6');
    await photographer.page.waitForSelector('article.card[data-verdict=waiting] >> nth=1');
    assert.equal(await photographer.page.locator('form.deposit').count(), 0);
    goOn();
    for (const place of [0, 1]) await photographer.seesChecked(place);
    assert.equal(await photographer.page.locator('article.card').first().locator('form.deposit input[name=subject]').inputValue(), 'under6');
    await photographer.page.unroute('**/studio/check');
    await photographer.page.click('#deposit-all');
    for (const place of [0, 1]) await photographer.seesReceipt(place);
    assert.equal((await world.ask('photos', { device: 'koch' })).photos.length, 2);
}

// Drops files or folders of the computer, as a file manager does.
async function drops(photographer, ...paths) {
    const { x, y, width, height } = await photographer.page.locator('#drop').boundingBox();
    const session = await photographer.context.newCDPSession(photographer.page);
    const data = { items: [], files: paths, dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop']) {
        await session.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data });
    }
}

export async function a_folder_is_dropped_with_the_folders_in_it(world) {
    const photographer = await world.photographer();
    const folder = mkdtempSync(join(world.tools.scratch, 'export-'));
    const [inside, empty] = [join(folder, 'Montag'), join(folder, 'leer')];
    for (const path of [inside, empty]) mkdirSync(path);
    writeFileSync(join(folder, 'Thumbs.db'), 'no photo');
    writeFileSync(join(folder, 'one.jpg'), portrait(undefined, 1).buffer);
    writeFileSync(join(inside, 'TWO.JPEG'), portrait(undefined, 2).buffer);
    await photographer.open();
    await drops(photographer, empty);
    await photographer.page.waitForFunction(() => /JPEG/.test(document.querySelector('#progress').textContent));
    await drops(photographer, folder);
    for (const place of [0, 1]) await photographer.seesChecked(place);
    const names = await photographer.page.locator('article.card .file-name').allInnerTexts();
    assert.deepEqual(names.sort(), ['TWO.JPEG', 'one.jpg']);
}

export async function a_file_that_is_gone_is_not_called_a_broken_connection(world) {
    const photographer = await world.photographer();
    const path = join(mkdtempSync(join(world.tools.scratch, 'export-')), 'one.jpg');
    writeFileSync(path, portrait(undefined, 1).buffer);
    await photographer.open();
    await photographer.picks(path);
    await photographer.seesChecked(0);
    rmSync(path);
    await photographer.page.click('form.deposit button');
    const card = photographer.page.locator('article.card[data-verdict=failed]');
    await card.waitFor();
    assert.match(await card.innerText(), /nicht mehr lesen/);
    assert.deepEqual((await world.ask('photos', { device: 'koch' })).photos, []);
    writeFileSync(path, portrait(undefined, 1).buffer);
    await photographer.picks(path);
    await photographer.deposits(0);
}
