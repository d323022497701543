// Typos, and scans that are no code.

import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { UNKNOWN } from '../../checks/failures.mjs';

const TABLE = JSON.parse(readFileSync(new URL('../../code_spellings.json', import.meta.url), 'utf8'));

export async function a_typo_is_mended_by_single_keys_and_replaced_by_a_scan(world) {
    const clerk = await world.clerk();
    const [first, second] = [await world.deposit(), await world.deposit()];
    const shown = () => clerk.page.inputValue('#code');
    const selected = () => clerk.page.$eval('#code', (field) => field.value.slice(field.selectionStart, field.selectionEnd));
    const enters = async (text) => {
        await clerk.page.fill('#code', text);
        await clerk.page.press('#code', 'Enter');
        await clerk.isRefused('code-malformed');
        await clerk.sees('#code:focus');
    };
    await clerk.open();
    // A letter that no code contains is named and selected: the next key replaces it.
    await enters(`${first.code.slice(0, 7)}U${first.code.slice(8)}`);
    assert.match(await clerk.text('#code-error'), /In Gruppe 2 steht „U“/);
    assert.doesNotMatch(await clerk.text('#tell-citizen'), /in Ordnung/);
    assert.equal(await selected(), 'U');
    await clerk.page.keyboard.press(first.code[7]);
    assert.equal(await shown(), first.code);
    // A group that is too short: the cursor is at its end.
    await enters(first.code.slice(0, 10) + first.code.slice(11));
    assert.match(await clerk.text('#code-error'), /Gruppe 2 hat 4 Zeichen/);
    await clerk.page.keyboard.press(first.code[10]);
    assert.equal(await shown(), first.code);
    // Without a known place the text is kept, also if the cursor was elsewhere.
    const wrong = `${first.code.slice(0, -1)}${first.code.endsWith('7') ? '8' : '7'}`;
    await enters(wrong);
    await clerk.page.keyboard.press('Backspace');
    assert.equal(await shown(), wrong.slice(0, -1));
    await clerk.page.evaluate(() => document.querySelector('#main').focus());
    await clerk.page.keyboard.press('Q');
    assert.equal(await shown(), `${wrong.slice(0, -1)}Q`);
    // A scan replaces the whole text, also one that pauses in the middle.
    await clerk.scans(`${second.code}\n`, { pause: 200 });
    await clerk.seesPhoto();
    assert.equal(await world.state(second), 'leased');
    assert.equal(await world.state(first), 'available');
}

export async function the_script_reads_every_spelling_that_the_gateway_reads(world) {
    const clerk = await world.clerk();
    await clerk.open();
    const isSent = (texts) =>
        clerk.page.evaluate((all) => {
            const [form, field] = [document.querySelector('#enter'), document.querySelector('#code')];
            let sent;
            // Runs after the page's own listener, which stops texts that are no code.
            form.addEventListener('submit', (event) => {
                sent = true;
                event.preventDefault();
            });
            return all.map((text) => {
                sent = false;
                delete form.dataset.sent;
                field.value = text;
                form.requestSubmit();
                return sent;
            });
        }, texts);
    for (const { spellings } of TABLE.codes) {
        const answers = await isSent(spellings);
        assert.deepEqual(spellings.filter((_, at) => !answers[at]), [], 'no code for the script');
    }
    const answers = await isSent(TABLE.no_codes);
    assert.deepEqual(TABLE.no_codes.filter((_, at) => answers[at]), [], 'a code for the script');
}

export async function what_scanners_send_instead_of_a_code_is_named(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    const before = await world.ask('contents');
    const symbol = 'q83vASNFZ4mrze/9+AEjRWeJ'.repeat(10);
    await clerk.open();
    for (const [arrived, title, words] of [
        [UNKNOWN.replaceAll('-', 'ß'), /kam verändert an/, /als „ß“/],
        ['g)$zj_/%&fw_fhrws_"zve(', /kam verändert an/, /Feststelltaste/],
        [`Gç'WJ)è(-FZ)FHRZS)éWVE_`, /kam verändert an/, /französische Tastatur/],
        [symbol, /kein Abrufcode/, /E-Passfoto/],
        ['https://example.org/fotos?id=1', /kein Abrufcode/, /Internetadresse/],
        ['4006381333931', /kein Abrufcode/, /Artikelnummer/],
    ]) {
        // Each scan replaces the text of the one before.
        await clerk.scans(`${arrived}\n`);
        await clerk.page.waitForFunction(
            ([source]) => new RegExp(source).test(document.querySelector('.error-summary')?.innerText ?? ''),
            [words.source],
        );
        await clerk.isRefused('code-malformed');
        assert.match(await clerk.text('.error-summary h2'), title);
        assert.doesNotMatch(await clerk.text('.error-summary'), /Tippfehler|in Ordnung/);
        assert.equal(await clerk.page.getAttribute('#to-self-test', 'href'), '/desk/self-test');
    }
    assert.equal(await clerk.page.inputValue('#code'), '', 'what is no code stands there to be mended');
    assert.equal(await world.ask('contents'), before, 'it counts as a code');
    await clerk.scans(`${deposit.code}\n`);
    await clerk.seesPhoto();
}
