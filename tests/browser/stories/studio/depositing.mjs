// From a file to the receipt.

import { strict as assert } from 'node:assert';
import { jpegFile, portrait } from '../../photos.mjs';

const photosOf = async (world, device = 'koch') => (await world.ask('photos', { device })).photos;

export async function a_photo_is_checked_first_and_deposited_by_a_second_step(world) {
    const photographer = await world.photographer();
    const file = portrait();
    await photographer.open();
    await photographer.picks(file);
    const card = await photographer.seesChecked();
    assert.ok(await card.locator('svg line, svg path, svg rect').count() > 2, 'the lines of the profile are not drawn');
    assert.ok(await card.locator('img').evaluate((image) => image.naturalWidth) > 0, 'the photo is not shown');
    assert.match(await card.innerText(), new RegExp(file.name));
    assert.deepEqual(await photosOf(world), [], 'a check stored something');
    const code = await photographer.deposits();
    const [photo, ...others] = await photosOf(world);
    assert.deepEqual(others, []);
    assert.equal(photo.state, 'available');
    assert.equal(photo.photo_id, await photographer.photoId(photographer.page.locator('article.card')));
    const { status } = await world.ask('collect', { device: 'mitte', code });
    assert.equal(status, 201);
}

export async function several_photos_are_dropped_pasted_and_deposited_at_once(world) {
    const photographer = await world.photographer();
    await photographer.open();
    await photographer.brings('drop', portrait(undefined, 1), portrait(undefined, 2));
    await photographer.brings('paste', portrait(undefined, 3));
    for (const place of [0, 1, 2]) await photographer.seesChecked(place);
    await photographer.page.click('#deposit-all');
    const codes = new Set();
    for (const place of [0, 1, 2]) codes.add(await photographer.seesReceipt(place));
    assert.equal(codes.size, 3);
    assert.equal((await photosOf(world)).length, 3);
    // The same file among them is no other photo.
    await photographer.brings('drop', portrait(undefined, 2));
    await photographer.page.waitForFunction(() => document.querySelectorAll('article.card').length === 3);
}

export async function a_refused_photo_tells_measured_values_and_limits_and_stores_nothing(world) {
    const photographer = await world.photographer();
    const small = Buffer.from(await world.ask('new_photo'), 'base64');
    await photographer.open();
    await photographer.picks(jpegFile(small, 'thumbnail.jpg'));
    const card = await photographer.seesChecked();
    assert.equal(await card.getAttribute('data-verdict'), 'refused');
    const words = await card.innerText();
    assert.match(words, /35/);
    assert.match(words, /413/);
    assert.equal(await card.locator('form.deposit').count(), 0);
    assert.deepEqual(await photosOf(world), []);
}

export async function an_exception_is_declared_before_or_after_the_check(world) {
    const photographer = await world.photographer();
    await photographer.open();
    await photographer.page.locator('#choose details').evaluate((part) => (part.open = true));
    await photographer.page.selectOption('#choose select[name=subject]', 'under6');
    await photographer.picks(portrait());
    await photographer.deposits();
    await photographer.picks(portrait(undefined, 1));
    const card = await photographer.seesChecked(1);
    const again = photographer.page.waitForResponse((response) => response.url().endsWith('/studio/check'));
    await card.locator('select[name=exception]').selectOption('medical');
    await again;
    const code = await photographer.deposits(1);
    // The office sees the declaration.
    const { body: collection } = await world.ask('collect', { device: 'mitte', code });
    assert.match(JSON.stringify(collection), /"subject":"under6"/);
    assert.match(JSON.stringify(collection), /"exception":"medical"/);
}

export async function without_a_script_a_photo_is_deposited_in_two_steps(world) {
    const photographer = await world.photographer({ javaScript: false });
    const file = portrait();
    await photographer.open();
    await photographer.picks(file);
    await photographer.page.click('#check');
    await photographer.seesChecked();
    assert.deepEqual(await photosOf(world), []);
    const sendAgain = async (other) => {
        await photographer.page.setInputFiles('form.deposit input[type=file]', other);
        await photographer.page.click('form.deposit button');
    };
    // Another file than the checked one is not deposited.
    await sendAgain(portrait(undefined, 1));
    await photographer.sees('.error-summary');
    assert.deepEqual(await photosOf(world), []);
    await photographer.picks(file);
    await photographer.page.click('#check');
    await photographer.seesChecked();
    await sendAgain(file);
    await photographer.sees('.citizen-receipt');
    assert.match(await photographer.path(), /^\/studio\/photos\/[0-9a-f-]{36}\/receipt$/);
    const code = await photographer.readsCode();
    await photographer.page.reload();
    assert.equal(await photographer.readsCode(), code);
    assert.equal((await photosOf(world)).length, 1);
    assert.equal((await world.ask('collect', { device: 'mitte', code })).status, 201);
}

export async function the_same_file_shows_the_same_receipt_on_another_day(world) {
    const photographer = await world.photographer();
    const file = portrait();
    const code = await photographer.depositsFile(file);
    await world.passes(3 * 86_400);
    await photographer.open();
    await photographer.picks(file);
    const card = await photographer.seesChecked();
    await card.locator('.last-deposit').waitFor();
    assert.equal(await photographer.deposits(), code);
    assert.equal((await photosOf(world)).length, 1);
    // An empty browser, and another computer of the studio.
    for (const device of ['koch', 'koch_2']) {
        const other = await world.photographer({ device });
        assert.equal(await other.depositsFile(file), code, device);
    }
    assert.equal((await photosOf(world)).length, 1);
}

export async function a_withdrawn_photo_asks_before_it_gets_a_new_code(world) {
    const photographer = await world.photographer();
    const file = portrait();
    const first = await photographer.depositsFile(file);
    const [{ photo_id }] = await photosOf(world);
    await world.ask('withdraw', { photo_id });
    await photographer.open();
    await photographer.picks(file);
    const card = await photographer.seesChecked();
    assert.match(await card.locator('.last-deposit').innerText(), /zurückgezogen/);
    assert.equal((await photosOf(world)).length, 1, 'a new deposit without a question');
    const second = await photographer.deposits();
    assert.notEqual(second, first);
    assert.deepEqual((await photosOf(world)).map(({ state }) => state).sort(), ['available', 'withdrawn']);
    assert.equal((await world.ask('collect', { device: 'mitte', code: second })).status, 201);
}

export async function a_photo_that_ends_between_check_and_deposit_is_asked_about_again(world) {
    const photographer = await world.photographer();
    const file = portrait();
    const first = await photographer.depositsFile(file);
    const [{ photo_id }] = await photosOf(world);
    await photographer.open();
    await photographer.picks(file);
    const card = await photographer.seesChecked();
    await world.ask('withdraw', { photo_id });
    await card.locator('form.deposit button').click();
    await photographer.page.locator('article.card .last-deposit', { hasText: 'zurückgezogen' }).waitFor();
    assert.equal((await photosOf(world)).length, 1);
    assert.notEqual(await photographer.deposits(), first);
}

export async function the_receipt_page_shows_and_saves_the_code_only_for_this_browser(world) {
    const photographer = await world.photographer();
    const code = await photographer.depositsFile(portrait());
    await photographer.page.click('article.card a[href$="/receipt"]');
    await photographer.sees('.citizen-receipt');
    assert.equal(await photographer.readsCode(), code);
    await photographer.sees('.citizen-receipt svg');
    const [download] = await Promise.all([
        photographer.page.waitForEvent('download'),
        photographer.page.locator('a[href$="receipt.pdf"]').click(),
    ]);
    world.keepsSecret(download.suggestedFilename(), 'a file name');
    // A colleague of the same studio has not got the code.
    const colleague = await world.photographer({ device: 'koch_2' });
    const answer = await colleague.open(await photographer.path());
    assert.equal(answer.status(), 410);
    world.keepsSecret(await colleague.page.content(), 'the page of a colleague');
}

export async function a_page_that_was_open_for_days_deposits_without_another_step(world) {
    const photographer = await world.photographer();
    const file = jpegFile(Buffer.from(await world.ask('new_photo'), 'base64'));
    await photographer.open();
    await photographer.picks(file);
    await photographer.seesChecked();
    await world.passes(3 * 86_400);
    const code = await photographer.deposits();
    assert.equal((await photosOf(world)).length, 1);
    assert.equal((await world.ask('collect', { device: 'mitte', code })).status, 201);
}
