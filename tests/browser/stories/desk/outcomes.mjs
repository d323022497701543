// Outcomes of a collection.

import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { mistyped } from '../../checks/failures.mjs';

const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');

export async function using_saves_the_deposited_photo_and_settles_only_after_that(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    await clerk.collects(deposit);
    const download = await clerk.saves();
    assert.match(download.suggestedFilename(), /^Lichtbild-2\d{3}-\d\d-\d\d-\d{4}-[0-9a-f]{6}\.jpg$/);
    // The page confirms the saved file, so that no clerk saves it twice.
    assert.equal(await clerk.text('#saved'), `Gespeichert als ${download.suggestedFilename()}`);
    assert.equal(await clerk.text('a#file'), 'Noch einmal speichern');
    world.keepsSecret(download.suggestedFilename(), 'a file name');
    assert.equal(digest(await readFile(await download.path())), deposit.sha256);
    assert.equal(await world.state(deposit), 'leased');
    // No option is preselected, and the form cannot be sent without a decision.
    assert.equal(await clerk.page.locator('input[name=outcome]:checked').count(), 0);
    await clerk.page.click('#finish');
    await clerk.isRefused('form-incomplete');
    assert.equal(await world.state(deposit), 'leased');
    // The form that is shown again does not save a second copy.
    await clerk.page.waitForLoadState('networkidle');
    assert.equal((await world.asked()).filter(({ path }) => path.endsWith('/photo.jpg')).length, 1);
    await clerk.chooses('outcome', 'used');
    await clerk.page.click('#finish');
    await clerk.sees('#outcome');
    assert.equal(await world.state(deposit), 'used');
    assert.match(await clerk.text('#delete-file'), new RegExp(download.suggestedFilename()));
    assert.match(await clerk.path(), /\/done$/);
    assert.ok((await clerk.text('#receipt')).length > 5);
}

export async function the_file_is_saved_once_by_itself_and_again_on_request(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    await clerk.collects(deposit);
    await clerk.saves();
    const fetched = async () => (await world.asked()).filter(({ path }) => path.endsWith('/photo.jpg')).length;
    assert.equal(await fetched(), 1);
    const [again] = await Promise.all([clerk.page.waitForEvent('download'), clerk.page.click('a#file')]);
    assert.equal(digest(await readFile(await again.path())), deposit.sha256);
    assert.equal(await fetched(), 2);
    // Returning to the page does not save the file again.
    await clerk.page.reload();
    await clerk.sees('#finish');
    await clerk.page.waitForLoadState('networkidle');
    assert.equal(await fetched(), 2);
}

export async function nothing_is_erased_that_was_not_saved(world) {
    // Without scripts the page saves no file by itself.
    const clerk = await world.clerk({ javaScript: false });
    const deposit = await world.deposit();
    await clerk.open();
    await clerk.enters(deposit.code);
    await clerk.sees('#photo');
    await clerk.page.click('a#use');
    await clerk.chooses('outcome', 'used');
    await clerk.page.click('#finish');
    await clerk.sees('main[data-problem="form-incomplete"]');
    assert.match(await clerk.text('.error-summary'), /noch nicht gespeichert/);
    assert.equal(await world.state(deposit), 'leased');
    await clerk.sees('input[value=used]:checked');
    await clerk.saves(() => clerk.page.click('a#file'));
    await clerk.page.click('#finish');
    await clerk.sees('#outcome');
    assert.equal(await world.state(deposit), 'used');
}

export async function a_photo_kept_for_a_second_document_comes_again_by_the_same_code(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    await clerk.collects(deposit);
    await clerk.saves();
    await clerk.chooses('outcome', 'kept');
    await clerk.page.fill('#until', '2026-12-31');
    await clerk.page.click('#finish');
    await clerk.sees('#outcome');
    assert.match(await clerk.text('main'), /31\.12\.2026|31\. Dezember 2026/);
    assert.equal(await world.state(deposit), 'kept');
    await world.passes(20 * 86_400);
    await clerk.collects(deposit);
    assert.equal(await world.state(deposit), 'leased');
}

export async function a_date_that_cannot_be_kept_until_is_answered_in_words(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    await clerk.collects(deposit);
    await clerk.saves();
    for (const date of ['2020-01-01', '2031-01-01', '']) {
        await clerk.chooses('outcome', 'kept');
        await clerk.page.fill('#until', date);
        await clerk.page.click('#finish');
        await clerk.isRefused('form-incomplete');
        assert.equal(await world.state(deposit), 'leased');
        await clerk.sees('input[value=kept]:checked');
    }
}

export async function a_refusal_reaches_the_studio_with_reason_and_note(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    await clerk.collects(deposit);
    await clerk.page.click('a#refuse');
    await clerk.sees('#finish');
    assert.equal(await clerk.page.locator('input[name=reason]').count(), 15);
    assert.equal(await clerk.page.locator('input[name=reason]:checked').count(), 0);
    await clerk.chooses('reason', 'eyes_closed');
    await clerk.page.fill('#note', 'Beide Augen <geschlossen> & "schief"');
    await clerk.page.click('#finish');
    await clerk.sees('#outcome');
    const photo = await world.ask('photo', { photo_id: deposit.photo_id });
    assert.equal(photo.state, 'refused');
    assert.match(JSON.stringify(photo), /eyes_closed/);
    assert.match(JSON.stringify(photo), /Beide Augen <geschlossen>/);
}

export async function a_refusal_without_a_reason_is_asked_for_one(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    await clerk.collects(deposit);
    await clerk.page.click('a#refuse');
    await clerk.sees('#finish');
    await clerk.page.fill('#note', 'Ohne Grund');
    await clerk.page.click('#finish');
    await clerk.isRefused('form-incomplete');
    assert.equal(await world.state(deposit), 'leased');
    assert.equal(await clerk.page.inputValue('#note'), 'Ohne Grund', 'what was written is gone');
}

export async function what_is_put_back_is_there_for_the_next_office(world) {
    const clerk = await world.clerk();
    const deposit = await world.deposit();
    await clerk.collects(deposit);
    await clerk.page.click('form#release button');
    await clerk.sees('#outcome');
    assert.equal(await world.state(deposit), 'available');
    assert.ok(await world.collectedElsewhere(deposit));
}

export async function without_a_script_the_whole_path_is_the_same(world) {
    const clerk = await world.clerk({ javaScript: false });
    const deposit = await world.deposit();
    await clerk.open();
    await clerk.enters(mistyped(deposit.code));
    await clerk.sees('main[data-problem="code-malformed"]');
    await clerk.sees('.error-summary');
    await clerk.page.fill('#code', deposit.code.toLowerCase().replaceAll('-', ' '));
    await clerk.page.press('#code', 'Enter');
    await clerk.sees('#photo');
    await clerk.page.click('a#use');
    await clerk.sees('a#file');
    const [download] = await Promise.all([clerk.page.waitForEvent('download'), clerk.page.click('a#file')]);
    assert.equal(digest(await readFile(await download.path())), deposit.sha256);
    await clerk.chooses('outcome', 'kept');
    await clerk.page.fill('#until', '2027-01-15');
    await clerk.page.click('#finish');
    await clerk.sees('#outcome');
    await clerk.enters(deposit.code);
    await clerk.sees('#photo');
    await clerk.page.click('a#refuse');
    await clerk.chooses('reason', 'wrong_person');
    await clerk.page.click('#finish');
    await clerk.sees('#outcome');
    assert.equal(await world.state(deposit), 'refused');
}

export async function an_interrupted_collection_is_finished_where_the_photo_was_shown_without_its_code(world) {
    for (const javaScript of [true, false]) {
        const clerk = await world.clerk({ javaScript });
        const deposit = await world.deposit();
        await clerk.open();
        await clerk.enters(deposit.code);
        await clerk.sees('#photo');
        const collection = clerk.collection();
        await world.passes(16 * 60);
        await clerk.open('/desk/today');
        await clerk.page.click(`a[href$="${collection}"]`);
        await clerk.sees('main[data-problem=code-needed]');
        await clerk.page.click('a#use');
        await clerk.sees('#confirmed');
        await clerk.chooses('outcome', 'used');
        await clerk.page.click('#finish');
        await clerk.sees('main[data-problem=form-incomplete]');
        assert.equal(await world.state(deposit), 'leased');
        await clerk.page.check('#confirmed');
        await clerk.page.click('#finish');
        await clerk.sees('#outcome[data-outcome=used]');
        assert.equal(await world.state(deposit), 'used');
    }
}

export async function a_refusal_opened_by_hand_erases_no_photo_that_was_not_shown_here(world) {
    const [first, second] = [await world.clerk(), await world.clerk({ device: 'mitte_2' })];
    const deposit = await world.deposit();
    const collection = await first.collects(deposit);
    await world.passes(16 * 60);
    await second.open(`/desk/collections/${collection}/refuse`);
    await second.sees('main[data-problem=code-needed]');
    assert.equal(await second.page.locator('#reasons').count(), 0);
    // A counter that saw the photo long ago has to confirm.
    await first.open(`/desk/collections/${collection}/refuse`);
    await first.sees('#lease-over');
    await first.chooses('reason', 'gaze');
    await first.page.click('#finish');
    await first.isRefused('form-incomplete');
    assert.equal(await world.state(deposit), 'leased');
    await first.page.check('#confirmed');
    await first.page.click('#finish');
    await first.sees('#outcome[data-outcome=refused]');
}
