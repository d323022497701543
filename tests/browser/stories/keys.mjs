// From the scan to the last page by few keys, and by no key of a scanner.

import { strict as assert } from 'node:assert';

const scanned = (deposit) => `${deposit.code}\n`;

// Scans a code where the cursor is, and waits for the photo with the cursor on what comes next.
async function scansPhoto(clerk, deposit) {
    await clerk.sees('#code:focus');
    await clerk.scans(scanned(deposit));
    await clerk.sees('#photo');
    await clerk.sees('a#use:focus');
    clerk.pressed = 0;
}

// From the photo to the field for the next code by keys alone.
async function uses(clerk, ...choice) {
    await clerk.presses('Enter');
    await clerk.sees('#used:focus');
    await clerk.presses(...choice, 'Enter');
    await clerk.sees('#outcome');
    await clerk.sees('#code:focus');
}

export async function few_keys_lead_from_the_scan_to_the_next_code(counter) {
    for (const language of ['de', 'en']) {
        const clerk = await counter.clerk();
        await clerk.open();
        if (language === 'en') await clerk.page.click('form#language button');
        await clerk.sees(`html[lang=${language}]`);
        await clerk.page.focus('#code');
        for (const [state, keys, choice] of [['used', 3, ['Space']], ['kept', 3, ['ArrowDown']]]) {
            const deposit = await counter.deposit();
            await scansPhoto(clerk, deposit);
            await Promise.all([clerk.page.waitForEvent('download'), uses(clerk, ...choice)]);
            assert.equal(await counter.state(deposit), state);
            assert.equal(clerk.pressed, keys, `${state} takes ${clerk.pressed} keys`);
        }
        // Refused for the third of the reasons.
        const deposit = await counter.deposit();
        await scansPhoto(clerk, deposit);
        await clerk.presses('Tab', 'Enter');
        await clerk.sees('input[name=reason]:focus');
        await clerk.presses('ArrowDown', 'ArrowDown', 'Enter');
        await clerk.sees('#outcome');
        await clerk.sees('#code:focus');
        assert.equal(await counter.state(deposit), 'refused');
        assert.equal(clerk.pressed, 5);
    }
}

export async function few_keys_lead_there_without_a_script(counter) {
    const clerk = await counter.clerk({ javaScript: false });
    const deposit = await counter.deposit();
    await clerk.open();
    await clerk.enters(deposit.code);
    await clerk.sees('a#use:focus');
    await clerk.presses('Enter');
    await clerk.sees('#used:focus');
    // Nothing is saved by itself.
    await clerk.saves(() => clerk.page.click('a#file'));
    await clerk.page.focus('#used');
    await clerk.presses('Space', 'Enter');
    await clerk.sees('#outcome');
    await clerk.sees('#code:focus');
    assert.equal(await counter.state(deposit), 'used');
    assert.equal(clerk.pressed, 3);
}

export async function the_cursor_on_a_button_is_announced_with_what_the_page_is_about(counter) {
    const clerk = await counter.clerk();
    await clerk.open();
    await scansPhoto(clerk, await counter.deposit());
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

export async function no_key_of_a_scanner_decides_about_a_photo(counter) {
    const clerk = await counter.clerk();
    const [deposit, next] = [await counter.deposit(), await counter.deposit()];
    await clerk.open();
    await clerk.sees('#code:focus');
    // A scanner that ends with CR and LF: the second key comes as the first page goes, or as the next one comes.
    await clerk.scans(`${deposit.code}\n\n`);
    const collection = await clerk.seesPhoto();
    await clerk.sees('a#use:focus');
    await clerk.scans('\n', { milliseconds: 20 });
    const isStill = async (page) => {
        assert.equal(await clerk.path(), `/desk/collections/${collection}${page}`);
        assert.equal(await counter.state(deposit), 'leased');
    };
    // The next code, scanned too early; where an option is chosen already, too.
    await clerk.scans(`${next.code}\n\n`);
    await clerk.page.waitForFunction(() => document.querySelector('#lease-status').innerText.includes('Scan'));
    await isStill('');
    await Promise.all([clerk.page.waitForEvent('download'), clerk.presses('Enter')]);
    await clerk.sees('#used:focus');
    await clerk.presses('Space');
    await clerk.sees('#used:checked');
    await clerk.scans(`${next.code}\n\n`);
    await clerk.page.waitForFunction(() => document.querySelector('#lease-status').innerText.includes('Scan'));
    await clerk.sees('#used:checked');
    await isStill('/use');
    await clerk.open(`/desk/collections/${collection}/refuse`);
    await clerk.sees('input[name=reason]:focus');
    await clerk.presses('Space');
    const asked = (await counter.asked()).length;
    await clerk.scans(`${next.code}\n\n`, { pause: 300 });
    await isStill('/refuse');
    assert.deepEqual(await counter.asked(asked), []);
    // A hand still can.
    await clerk.presses('Enter');
    await clerk.sees('#outcome[data-outcome=refused]');
    assert.equal(await counter.state(next), 'available');
}

export async function a_key_that_is_held_down_does_not_run_through_the_pages(counter) {
    const clerk = await counter.clerk();
    const deposit = await counter.deposit();
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
