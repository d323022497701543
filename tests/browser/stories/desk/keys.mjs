// From the scan to the last page with few keys, and never by a scanner's keys.

import { strict as assert } from 'node:assert';

const scanned = (deposit) => `${deposit.code}\n`;

// Scans a code at the cursor and waits for the photo, with the cursor on the next action.
async function scansPhoto(clerk, deposit) {
    await clerk.sees('#code:focus');
    await clerk.scans(scanned(deposit));
    await clerk.sees('#photo');
    await clerk.sees('a#use:focus');
    clerk.pressed = 0;
}

// From the photo to the field for the next code, with keys only.
async function uses(clerk, ...choice) {
    await clerk.presses('Enter');
    await clerk.sees('#used:focus');
    await clerk.presses(...choice, 'Enter');
    await clerk.sees('#outcome');
    await clerk.sees('#code:focus');
}

export async function few_keys_lead_from_the_scan_to_the_next_code(world) {
    for (const language of ['de', 'en']) {
        const clerk = await world.clerk();
        await clerk.open();
        if (language === 'en') await clerk.page.click('form#language button');
        await clerk.sees(`html[lang=${language}]`);
        await clerk.page.focus('#code');
        for (const [state, keys, choice] of [['used', 3, ['Space']], ['kept', 3, ['ArrowDown']]]) {
            const deposit = await world.deposit();
            await scansPhoto(clerk, deposit);
            await Promise.all([clerk.page.waitForEvent('download'), uses(clerk, ...choice)]);
            assert.equal(await world.state(deposit), state);
            assert.equal(clerk.pressed, keys, `${state} takes ${clerk.pressed} keys`);
        }
        // Refused with the third reason.
        const deposit = await world.deposit();
        await scansPhoto(clerk, deposit);
        await clerk.presses('Tab', 'Enter');
        await clerk.sees('input[name=reason]:focus');
        await clerk.presses('ArrowDown', 'ArrowDown', 'Enter');
        await clerk.sees('#outcome');
        await clerk.sees('#code:focus');
        assert.equal(await world.state(deposit), 'refused');
        assert.equal(clerk.pressed, 5);
    }
}

export async function few_keys_lead_there_without_a_script(world) {
    const clerk = await world.clerk({ javaScript: false });
    const deposit = await world.deposit();
    await clerk.open();
    await clerk.enters(deposit.code);
    await clerk.sees('a#use:focus');
    await clerk.presses('Enter');
    await clerk.sees('#used:focus');
    // The page saves no file by itself.
    await clerk.saves(() => clerk.page.click('a#file'));
    await clerk.page.focus('#used');
    await clerk.presses('Space', 'Enter');
    await clerk.sees('#outcome');
    await clerk.sees('#code:focus');
    assert.equal(await world.state(deposit), 'used');
    assert.equal(clerk.pressed, 3);
}

export async function the_cursor_on_a_button_is_announced_with_what_the_page_is_about(world) {
    const clerk = await world.clerk();
    await clerk.open();
    await scansPhoto(clerk, await world.deposit());
    assert.match(await clerk.page.title(), /^Foto ansehen/);
    const description = () => clerk.page.evaluate(() => {
        const ids = document.activeElement.getAttribute('aria-describedby') ?? '';
        return ids.split(' ').map((id) => document.getElementById(id)?.innerText ?? '').join(' ');
    });
    assert.match(await description(), /geöffnet bis/);
    await clerk.presses('Enter');
    await clerk.sees('#used:focus');
    assert.match(await clerk.text('fieldset:has(:focus) legend'), /zweites Dokument/);
}

export async function no_key_of_a_scanner_decides_about_a_photo(world) {
    const clerk = await world.clerk();
    const [deposit, next] = [await world.deposit(), await world.deposit()];
    await clerk.open();
    await clerk.sees('#code:focus');
    // A scanner that ends with CR and LF: its second key arrives while the pages change.
    await clerk.scans(`${deposit.code}\n\n`);
    const collection = await clerk.seesPhoto();
    await clerk.sees('a#use:focus');
    await clerk.scans('\n', { milliseconds: 20 });
    const isStill = async (page) => {
        assert.equal(await clerk.path(), `/desk/collections/${collection}${page}`);
        assert.equal(await world.state(deposit), 'leased');
    };
    // A hand needs some time from the keyboard to the scanner.
    const soon = async () => 600 + (await clerk.page.evaluate(() => performance.now()));
    // The next code is scanned too early, also when an option is already chosen.
    await clerk.scans(`${next.code}\n\n`);
    await clerk.page.waitForFunction(() => document.querySelector('#lease-status').innerText.includes('Scan'));
    await isStill('');
    await Promise.all([clerk.page.waitForEvent('download'), clerk.presses('Enter')]);
    await clerk.sees('#used:focus');
    await clerk.presses('Space');
    await clerk.sees('#used:checked');
    await clerk.scans(`${next.code}\n\n`, { milliseconds: await soon() });
    await clerk.page.waitForFunction(() => document.querySelector('#lease-status').innerText.includes('Scan'));
    await clerk.sees('#used:checked');
    await isStill('/use');
    await clerk.open(`/desk/collections/${collection}/refuse`);
    await clerk.sees('input[name=reason]:focus');
    await clerk.presses('Space');
    await clerk.sees('input[name=reason]:checked');
    const asked = (await world.asked()).length;
    await clerk.scans(`${next.code}\n\n`, { milliseconds: await soon(), pause: 300 });
    await isStill('/refuse');
    assert.deepEqual(await world.asked(asked), []);
    // Keys typed by hand still work.
    await clerk.presses('Enter');
    await clerk.sees('#outcome[data-outcome=refused]');
    assert.equal(await world.state(next), 'available');
}

export async function a_key_that_is_held_down_does_not_run_through_the_pages(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    await clerk.open();
    await scansPhoto(clerk, deposit);
    await clerk.looks();
    const session = await clerk.context.newCDPSession(clerk.page);
    const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' };
    for (const autoRepeat of [true, true]) {
        await session.send('Input.dispatchKeyEvent', { type: 'keyDown', autoRepeat, ...enter });
    }
    assert.match(await clerk.path(), /collections\/[^/]+$/);
    await clerk.presses('Enter');
    await clerk.sees('#used:focus');
}

// Another symbol with a space among its first characters.
const FOREIGN = 'ID D<<1234567\n';

export async function a_scan_presses_no_button_and_ticks_nothing_whatever_it_holds_and_however_slow_it_is(world) {
    const clerk = await world.clerk();
    const [deposit, next] = [await world.deposit(), await world.deposit()];
    const collection = await clerk.collects(deposit);
    // A scan that leaves the page unchanged and is reported as not used.
    const isRefusedAt = async (page, focus, text, pace) => {
        await clerk.open(`/desk/collections/${collection}${page}`);
        await clerk.looks();
        if (page !== '' && focus === '#finish') await clerk.page.check(page === '/use' ? '#used' : '#reason-gaze');
        await clerk.page.focus(focus);
        await clerk.scans(text, pace);
        assert.equal(await world.state(deposit), 'leased', `${page} ${focus} ${text}`);
        assert.equal(await clerk.path(), `/desk/collections/${collection}${page}`, `${focus} ${text}`);
        assert.match(await clerk.text('#lease-status:not(.visually-hidden)'), /Der Scan wurde nicht verwendet/);
    };
    await isRefusedAt('', '#release button', FOREIGN);
    await isRefusedAt('', '#release button', ` ${FOREIGN}`);
    await clerk.saves();
    await isRefusedAt('/use', '#used', FOREIGN);
    assert.equal(await clerk.page.isChecked('#used'), false);
    for (const [text, pace] of [[FOREIGN], ['M R X'], [FOREIGN, { pace: 120 }], [`${next.code}\n`, { pause: 600, tail: 4 }]]) {
        await isRefusedAt('/use', '#finish', text, pace);
    }
    for (const pace of [{ pace: 120 }, { pace: 20, pause: 1400, tail: 1 }]) {
        await isRefusedAt('/refuse', '#finish', `${next.code}\n`, pace);
    }
    // The code is gone, and the cursor is on the confirmation that the photo was taken over.
    await clerk.context.clearCookies({ name: 'lichtbild_code' });
    await isRefusedAt('/use', '#confirmed', FOREIGN);
    assert.equal(await clerk.page.isChecked('#confirmed'), false);
    // The same keys typed by hand.
    await clerk.presses('Space');
    await clerk.sees('#confirmed:checked');
    await clerk.page.focus('#used');
    // A scan that begins with a space and pauses: the page takes back the tick.
    const milliseconds = 250 + (await clerk.page.evaluate(() => performance.now()));
    await clerk.presses('Space');
    await clerk.sees('#used:checked');
    await clerk.scans(next.code, { milliseconds });
    assert.equal(await clerk.page.isChecked('#used'), false);
    await clerk.presses('Space', 'Enter');
    await clerk.sees('#outcome[data-outcome=used]');
    assert.equal(await world.state(next), 'available');
}

export async function a_date_is_typed_at_any_pace_and_changed_by_no_scan(world) {
    const clerk = await world.clerk();
    const [deposit, next] = [await world.deposit(), await world.deposit()];
    const collection = await clerk.collects(deposit);
    await clerk.saves();
    await clerk.chooses('outcome', 'kept');
    for (const [typed, pace] of [['12242026', 40], ['12242026', 70], ['12242026', 110], ['12/24/2026', 80], ['12.24.2026', 120]]) {
        await clerk.page.fill('#until', '2027-01-01');
        await clerk.page.focus('#used');
        await clerk.looks();
        await clerk.page.focus('#until');
        await clerk.scans(typed, { pace });
        assert.equal(await clerk.page.inputValue('#until'), '2026-12-24', `${typed} ${pace}`);
    }
    for (const [text, pace] of [[`${next.code}\n`, 5], [`${next.code}\n`, 120], ['4006381333931\n', 120]]) {
        await clerk.page.focus('#used');
        await clerk.looks();
        await clerk.page.focus('#until');
        await clerk.scans(text, { pace });
        assert.equal(await clerk.page.inputValue('#until'), '2026-12-24', text);
        assert.equal(await clerk.path(), `/desk/collections/${collection}/use`);
        assert.equal(await world.state(deposit), 'leased');
    }
    await clerk.presses('Enter');
    await clerk.sees('#outcome[data-outcome=kept]');
}
