// Entering a code: typed, scanned, pasted, mistyped.

import { strict as assert } from 'node:assert';
import { mistyped, UNKNOWN } from '../../checks/failures.mjs';

export async function the_whole_path_goes_with_the_keyboard_alone(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    await clerk.open();
    await clerk.enters(deposit.code);
    await clerk.seesPhoto();
    await clerk.saves(() => clerk.takes('a#use'));
    await clerk.tabsTo('input[name=outcome]');
    await clerk.page.keyboard.press('Space');
    await clerk.sees('input[name=outcome][value=used]:checked');
    await clerk.takes('button#finish');
    await clerk.sees('#outcome');
    assert.equal(await world.state(deposit), 'used');
    // The page is ready for the next code.
    await clerk.enters((await world.deposit()).code);
    await clerk.seesPhoto();
}

export async function a_scanner_may_say_what_kind_of_symbol_it_reads(world) {
    const clerk = await world.clerk();
    for (const prefix of [']d1', '+d1']) {
        const { code } = await world.deposit();
        await clerk.open();
        await clerk.enters(prefix + code.replaceAll('-', ''));
        await clerk.seesPhoto();
    }
}

export async function a_scanner_types_fast_and_presses_enter(world) {
    const clerk = await world.clerk();
    await clerk.open();
    for (const _ of 'two') {
        const { code } = await world.deposit();
        await clerk.sees('#code:focus');
        // In the form of the DataMatrix on the receipt.
        await clerk.scans(`${code}\n`);
        await clerk.seesPhoto();
        await clerk.open();
    }
}

export async function a_scanner_goes_on_where_a_refusal_was_read_out(world) {
    const clerk = await world.clerk();
    await clerk.open();
    await clerk.enters(UNKNOWN);
    await clerk.isRefused('code-unknown');
    // The message has the focus, not the field.
    const { code } = await world.deposit();
    await clerk.page.keyboard.type(`${code}\n`);
    await clerk.seesPhoto();
}

export async function groups_appear_as_one_types_and_vanish_as_one_deletes(world) {
    const clerk = await world.clerk();
    const { code } = await world.deposit();
    const bare = code.replaceAll('-', '').toLowerCase();
    const shown = () => clerk.page.inputValue('#code');
    await clerk.open();
    await clerk.sees('#code:focus');
    await clerk.page.keyboard.type(bare.slice(0, 7));
    assert.equal(await shown(), code.slice(0, 8));
    await clerk.page.keyboard.type(bare.slice(7));
    assert.equal(await shown(), code);
    for (let length = 0; length < code.length; length += 1) await clerk.page.keyboard.press('Backspace');
    assert.equal(await shown(), '');
    await clerk.page.keyboard.type(bare.slice(0, 6) + bare.slice(7));
    // A missing symbol is added in the middle: the cursor stays there, and the code is right, in either case.
    await clerk.page.keyboard.press('Home');
    for (let place = 0; place < 7; place += 1) await clerk.page.keyboard.press('ArrowRight');
    await clerk.page.keyboard.type(bare[6]);
    assert.equal((await shown()).replaceAll('-', '').toUpperCase(), code.replaceAll('-', ''));
    await clerk.page.keyboard.press('Enter');
    await clerk.seesPhoto();
}

export async function a_pasted_code_is_understood_however_it_is_written(world) {
    const clerk = await world.clerk({ permissions: ['clipboard-read', 'clipboard-write'] });
    let deposit;
    // A code with digits that look like letters.
    do deposit = await world.deposit();
    while (!(deposit.code.includes('0') && deposit.code.includes('1')));
    const { code } = deposit;
    const bare = code.replaceAll('-', '');
    const ways = [
        code,
        bare,
        ` ${code}\n`,
        code.replaceAll('-', ' '),
        code.toLowerCase(),
        code.replaceAll('0', 'O').replaceAll('1', 'I'),
        bare.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l'),
        [...bare].join(' '),
        code.replaceAll('-', ' – '),
        code.replaceAll('-', '\u00a0'),
    ];
    for (const way of ways) {
        await clerk.open();
        await clerk.sees('#code:focus');
        await clerk.page.evaluate((text) => navigator.clipboard.writeText(text), way);
        await clerk.page.keyboard.press('Control+V');
        await clerk.page.keyboard.press('Enter');
        await clerk.seesPhoto();
    }
}

export async function a_typo_is_caught_in_the_page_before_any_request(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    await clerk.open();
    const before = [(await world.asked()).length, await world.ask('contents')];
    for (const typo of [mistyped(deposit.code), deposit.code.slice(0, -1), `${deposit.code}7`, 'ÄÖÜ']) {
        await clerk.page.fill('#code', typo);
        await clerk.page.press('#code', 'Enter');
        await clerk.isRefused('code-malformed');
        assert.ok((await clerk.text('#tell-citizen')).length > 20);
        assert.equal(await clerk.page.getAttribute('#code', 'aria-invalid'), 'true');
    }
    assert.deepEqual([(await world.asked()).length, await world.ask('contents')], before);
    // Corrected by hand, without starting again.
    await clerk.page.fill('#code', deposit.code);
    await clerk.page.press('#code', 'Enter');
    await clerk.seesPhoto();
}

export async function an_empty_field_is_not_sent(world) {
    const clerk = await world.clerk();
    await clerk.open();
    const before = (await world.asked()).length;
    await clerk.enters('');
    assert.match(await clerk.isRefused('code-malformed'), /Noch kein Code eingegeben/);
    // The page reports no typo.
    assert.doesNotMatch(await clerk.text('main'), /Tippfehler/);
    assert.equal(await clerk.page.locator('#tell-citizen').count(), 0);
    assert.equal((await world.asked()).length, before);
}

export async function two_swapped_symbols_are_called_a_typo_in_their_group(world) {
    const clerk = await world.clerk();
    const { code } = await world.deposit();
    const bare = [...code.replaceAll('-', '')];
    const place = bare.findIndex((symbol, at) => at > 5 && symbol !== bare[at + 1]);
    [bare[place], bare[place + 1]] = [bare[place + 1], bare[place]];
    await clerk.open();
    await clerk.enters(bare.join(''));
    await clerk.isRefused('code-malformed');
}
