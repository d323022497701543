// The page with the photo.

import { strict as assert } from 'node:assert';

const PORTRAIT = 'portrait-413x531.jpg';

export async function from_enter_to_the_photo_it_takes_two_requests_and_little_more_than_the_photo(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit(PORTRAIT);
    await clerk.open();
    await clerk.sees('#code:focus');
    await clerk.page.keyboard.type(deposit.code);
    await clerk.page.waitForLoadState('networkidle');
    const mark = (await world.asked()).length;
    await clerk.page.keyboard.press('Enter');
    await clerk.seesPhoto();
    await clerk.page.waitForLoadState('networkidle');
    const asked = await world.asked(mark);
    assert.deepEqual(asked.map(({ method, status }) => `${method} ${status}`), ['POST 303', 'GET 200']);
    const bytes = asked.reduce((sum, { answer_bytes }) => sum + answer_bytes, 0);
    assert.ok(asked.every(({ answer_bytes }) => answer_bytes !== null), 'an answer without a length');
    assert.ok(bytes <= deposit.bytes * 1.4 + 64 * 1024, `${bytes} bytes for a photo of ${deposit.bytes}`);
}

export async function the_page_tells_what_a_clerk_needs_to_know(world) {
    const clerk = await world.clerk();
    await clerk.collects(await world.deposit(PORTRAIT));
    assert.match(await clerk.text('#studio'), /Foto Koch.*Düsseldorf/s);
    assert.ok((await clerk.text('#findings')).length > 10);
    const until = await clerk.page.getAttribute('#lease time', 'datetime');
    assert.equal(Date.parse(until), Date.parse(world.scene.now) + 15 * 60_000);
    // Half a year from now.
    assert.match(await clerk.text('main'), /2[01]\.05\.2027/);
    const alternative = await clerk.page.getAttribute('#photo', 'alt');
    assert.ok(alternative.length > 0, 'the photo has no words for those who do not see it');
}

export async function guide_lines_can_be_switched_on_and_off(world) {
    const clerk = await world.clerk();
    await clerk.collects(await world.deposit(PORTRAIT));
    for (const _ of 'on and off, with the mouse and with the keyboard'.split(' ').slice(0, 4)) {
        const wasShown = await clerk.page.isVisible('#guide-lines svg');
        assert.equal(await clerk.page.isChecked('#guides'), wasShown);
        await clerk.page.focus('#guides');
        await clerk.page.keyboard.press('Space');
        await clerk.page.waitForSelector('#guide-lines svg', { state: wasShown ? 'hidden' : 'visible' });
    }
    // The guide lines cover the photo exactly, edge on edge.
    await clerk.page.check('#guides');
    const place = (selector) => clerk.page.locator(selector).boundingBox();
    const [photo, lines] = [await place('#photo'), await place('#guide-lines svg')];
    for (const side of ['x', 'y', 'width', 'height']) assert.ok(Math.abs(photo[side] - lines[side]) < 1.5, side);
}

export async function one_pixel_of_the_photo_can_be_one_pixel_of_the_screen(world) {
    const clerk = await world.clerk();
    await clerk.collects(await world.deposit(PORTRAIT));
    await clerk.page.check('#pixels');
    const photo = clerk.page.locator('#photo');
    assert.deepEqual(await photo.evaluate((image) => [image.clientWidth, image.clientHeight]), [413, 531]);
    // The photo is larger than its frame in a small window, and opens at the eyes.
    await clerk.page.uncheck('#pixels');
    await clerk.page.setViewportSize({ width: 640, height: 300 });
    await clerk.page.check('#pixels');
    const [off, reach] = await photo.evaluate((image) => {
        const [inside, outside] = [image, image.closest('.frame')].map((element) => element.getBoundingClientRect());
        const eyes = inside.top + inside.height * Number(image.dataset.eyesY);
        return [Math.abs(eyes - (outside.top + outside.bottom) / 2), outside.height];
    });
    assert.ok(off < reach / 4, `the eyes are ${off} pixels from the middle of a frame of ${reach}`);
    await clerk.page.setViewportSize({ width: 1280, height: 800 });
    await clerk.page.uncheck('#pixels');
    const [width, height] = await photo.evaluate((image) => [image.clientWidth, image.clientHeight]);
    assert.ok(Math.abs(width / height - 413 / 531) < 0.01, `${width} x ${height}`);
}

export async function the_countdown_counts_and_says_when_the_time_is_over(world) {
    const clerk = await world.clerk({ clockAhead: 0 });
    const deposit = await world.deposit();
    await clerk.collects(deposit);
    const shows = (words) =>
        clerk.page.waitForFunction((text) => document.querySelector('#lease').innerText.includes(text), words);
    await shows('noch 15 min');
    await world.passes(5 * 60);
    await shows('noch 10 min');
    await world.passes(11 * 60);
    // The photo does not stay on the screen.
    await clerk.sees('main[data-problem="code-needed"]');
    assert.equal(await clerk.page.locator('#photo').count(), 0);
}

export async function a_computer_whose_clock_is_wrong_counts_right(world) {
    const clerk = await world.clerk({ clockAhead: 3 * 60 * 60 });
    await clerk.collects(await world.deposit());
    assert.match(await clerk.text('#lease'), /bis 10:45 Uhr.*noch 15 min/);
}

export async function after_the_lease_the_code_is_entered_again(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    const collection = await clerk.collects(deposit);
    await world.passes(16 * 60);
    await clerk.page.reload();
    await clerk.sees('main[data-problem=code-needed]');
    await clerk.enters(deposit.code);
    assert.notEqual(await clerk.seesPhoto(), '');
    assert.ok(collection);
}

export async function a_decision_about_a_photo_that_was_seen_counts_after_the_lease_too(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    await clerk.collects(deposit);
    await clerk.page.click('a#refuse');
    await clerk.chooses('reason', 'eyes_closed');
    await world.passes(16 * 60);
    await clerk.page.click('#finish');
    await clerk.sees('#outcome');
    assert.equal(await world.state(deposit), 'refused');
}

export async function a_form_that_was_open_for_days_is_answered_in_words_and_changes_nothing(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    await clerk.collects(deposit);
    await clerk.page.click('a#refuse');
    await clerk.chooses('reason', 'eyes_closed');
    // After a week a photo that was handed out counts as used.
    await world.passes(8 * 86_400);
    await world.ask('sweep');
    const before = await world.ask('contents');
    await clerk.page.click('#finish');
    await clerk.sees('main[data-problem]');
    assert.ok((await clerk.text('main')).length > 40);
    assert.equal(await world.ask('contents'), before);
    assert.equal(await world.state(deposit), 'used');
}

export async function today_leads_back_to_a_photo_that_is_still_leased(world) {
    const clerk = await world.clerk();
    const [used, open] = [await world.deposit(), await world.deposit()];
    await world.settledElsewhere(used, { outcome: 'used' }, 'mitte');
    const collection = await clerk.collects(open);
    await clerk.open('/desk/today');
    const table = clerk.page.locator('table#collections');
    assert.equal(await table.locator('tbody tr:not(.group)').count(), 2);
    assert.equal(await clerk.page.locator('img').count(), 0, 'the list shows pictures');
    assert.equal(await table.locator('th[scope=col]').count() > 1, true);
    const link = table.locator(`a[href*="${collection}"]`);
    if (await link.count()) {
        await link.first().click();
        assert.equal(await clerk.seesPhoto(), collection);
    }
}
