//! The stories by name, each with the set-up of its gateway.

use lichtbild::domain::party::invitation::EnrolmentPolicy;
use lichtbild::validation::Profile;

use super::chromium_driver::ChromiumDriver;
use super::gateway::StoryGateway;
use crate::storage::secrecy::log::capture_log;
use crate::support::test_gateway::TestGatewaySetup;

/// Pictures of any size, checked at once.
fn small(_: &mut TestGatewaySetup) {}

/// Portraits that are checked by a profile with face rules, so that the desk shows guide lines.
fn portraits(setup: &mut TestGatewaySetup) {
    setup.profile = Profile::builtin("icao-35x45").unwrap();
    setup.max_photo_bytes = 4 * 1024 * 1024;
}

/// Allows three requests per minute.
fn busy(setup: &mut TestGatewaySetup) {
    setup.limits.requests_per_minute = 3;
}

/// An administrator compares the fingerprint of each new key.
fn four_eyes(setup: &mut TestGatewaySetup) {
    setup.policy = EnrolmentPolicy::FourEyes;
}

async fn run_story_and_check_log(story: &str, change: fn(&mut TestGatewaySetup)) {
    // The whole gateway runs on this thread.
    let (lines, _guard) = capture_log();
    let (gateway, scene) = StoryGateway::open(change).await;
    ChromiumDriver::shared().run_story(story, &scene).await;
    let log = lines.text();
    assert!(log.contains("listening"), "the log is not heard: {log}");
    for code in gateway.codes() {
        for written in [code.replace('-', ""), code] {
            assert!(
                !log.contains(&written) && !log.contains(&written.to_lowercase()),
                "a code stands in the log: {log}"
            );
        }
    }
}

macro_rules! stories {
    ($($story:ident: $setup:ident,)*) => {
        const STORIES: &[&str] = &[$(stringify!($story)),*];

        $(#[tokio::test]
        async fn $story() {
            run_story_and_check_log(stringify!($story), $setup).await;
        })*
    };
}

stories! {
    // The counter's certificate.
    a_counter_is_told_in_time_that_its_certificate_ends: small,
    // From the first page to the photo.
    the_whole_path_goes_with_the_keyboard_alone: small,
    a_scanner_may_say_what_kind_of_symbol_it_reads: small,
    a_scanner_types_fast_and_presses_enter: small,
    groups_appear_as_one_types_and_vanish_as_one_deletes: small,
    a_scanner_goes_on_where_a_refusal_was_read_out: small,
    a_pasted_code_is_understood_however_it_is_written: small,
    a_typo_is_caught_in_the_page_before_any_request: small,
    an_empty_field_is_not_sent: small,
    two_swapped_symbols_are_called_a_typo_in_their_group: small,
    a_typo_is_mended_by_single_keys_and_replaced_by_a_scan: small,
    the_script_reads_every_spelling_that_the_gateway_reads: small,
    what_scanners_send_instead_of_a_code_is_named: small,

    // From the scan to the last page.
    few_keys_lead_from_the_scan_to_the_next_code: small,
    few_keys_lead_there_without_a_script: small,
    the_cursor_on_a_button_is_announced_with_what_the_page_is_about: small,
    no_key_of_a_scanner_decides_about_a_photo: small,
    a_scan_presses_no_button_and_ticks_nothing_whatever_it_holds_and_however_slow_it_is: small,
    a_date_is_typed_at_any_pace_and_changed_by_no_scan: small,
    a_key_that_is_held_down_does_not_run_through_the_pages: small,

    // The page with the photo.
    from_enter_to_the_photo_it_takes_two_requests_and_little_more_than_the_photo: portraits,
    the_page_tells_what_a_clerk_needs_to_know: portraits,
    guide_lines_can_be_switched_on_and_off: portraits,
    one_pixel_of_the_photo_can_be_one_pixel_of_the_screen: portraits,
    the_countdown_counts_and_says_when_the_time_is_over: small,
    a_computer_whose_clock_is_wrong_counts_right: small,
    after_the_lease_the_code_is_entered_again: small,
    a_decision_about_a_photo_that_was_seen_counts_after_the_lease_too: small,
    a_form_that_was_open_for_days_is_answered_in_words_and_changes_nothing: small,
    today_leads_back_to_a_photo_that_is_still_leased: small,

    // Settlement of a photo.
    using_saves_the_deposited_photo_and_settles_only_after_that: small,
    nothing_is_erased_that_was_not_saved: small,
    the_file_is_saved_once_by_itself_and_again_on_request: small,
    a_photo_kept_for_a_second_document_comes_again_by_the_same_code: small,
    a_date_that_cannot_be_kept_until_is_answered_in_words: small,
    a_refusal_reaches_the_studio_with_reason_and_note: small,
    a_refusal_without_a_reason_is_asked_for_one: small,
    what_is_put_back_is_there_for_the_next_office: small,
    without_a_script_the_whole_path_is_the_same: small,
    an_interrupted_collection_is_finished_where_the_photo_was_shown_without_its_code: small,
    a_refusal_opened_by_hand_erases_no_photo_that_was_not_shown_here: small,

    // A separate text for every failure.
    every_refusal_has_words_of_its_own_and_words_for_the_citizen: small,
    what_was_entered_stands_there_to_be_compared_but_in_no_answer: small,
    a_busy_gateway_says_so_and_goes_on_by_itself: busy,
    a_certificate_that_no_device_of_an_office_holds_is_told_so_in_a_page: small,
    a_browser_without_a_certificate_is_told_what_is_missing: small,
    addresses_that_lead_nowhere_answer_in_a_page: small,

    // Back, reload, double click, several tabs.
    going_back_shows_no_photo_that_is_gone_and_repeats_nothing: small,
    going_back_shows_no_photo_that_a_colleague_settled: small,
    going_back_from_the_photo_leads_to_the_code_field_and_forward_to_the_photo: small,
    reloading_shows_the_same_photo_under_the_same_lease: small,
    reloading_an_incomplete_form_leads_back_to_the_photo: small,
    reloading_the_last_page_repeats_nothing: small,
    a_double_click_on_enter_is_one_lease: small,
    a_double_click_on_finish_settles_once_and_ends_well: small,
    the_same_form_sent_twice_by_a_hasty_browser_settles_once: small,
    two_tabs_hold_two_photos_apart: small,
    two_tabs_with_one_code_share_the_lease_and_the_second_decision_is_told_of_the_first: small,
    a_colleague_without_the_code_puts_the_photo_back_by_keyboard: small,
    a_colleague_of_the_same_office_goes_on_with_the_same_photo: small,

    // Diagnosis of a counter that does not work.
    the_self_test_tells_what_the_scanner_sends: small,
    the_self_test_knows_device_gateway_and_browser: small,

    // Attacks.
    a_form_of_a_foreign_page_changes_nothing: small,
    a_token_of_another_device_is_worth_nothing: small,
    every_form_that_changes_something_carries_a_token: small,
    nothing_stays_behind_in_the_browser: small,
    a_page_does_not_let_itself_be_framed: small,
    a_gateway_of_another_authority_is_not_spoken_to: small,

    // Readability and accessibility.
    every_page_is_fit_for_everybody: portraits,
    every_last_page_is_fit_for_everybody: small,
    every_refusal_is_fit_for_everybody: small,
    the_english_pages_are_accessible_too: small,
    the_explanations_of_problems_are_fit_for_everybody: small,
    the_language_once_switched_stays: small,
    every_stop_of_the_tab_key_is_seen: small,
    the_receipt_prints_without_what_is_only_for_the_screen: small,
    the_head_tells_office_and_certificate_apart: small,
    short_numbers_are_never_broken_in_two: small,
    what_is_printed_tells_its_office_and_all_its_words: small,
    the_main_action_is_seen_without_scrolling_in_a_small_window_and_enlarged: portraits,
    forced_colours_mark_the_current_section_alone: small,

    // From an invitation to a certificate.
    the_file_of_the_page_opens_with_openssl_with_java_and_in_a_browsers_store: small,
    an_office_connects_its_counter_in_the_same_way: small,
    a_person_waits_until_the_administrator_has_compared_the_fingerprint: four_eyes,
    a_key_whose_file_was_saved_stays_for_an_hour_at_most: small,
    a_code_that_was_mistyped_is_not_sent: small,
    every_part_of_the_connect_page_is_fit_for_everybody: small,
    without_a_script_the_connect_page_says_what_to_do: small,
    names_in_an_invitation_are_shown_as_text: small,
    a_gateway_that_cannot_prove_the_invitation_gets_no_code: small,
    a_broken_connection_loses_neither_code_nor_key: small,
    a_key_that_the_gateway_refuses_for_good_is_forgotten: four_eyes,

    // From a file to the receipt.
    a_photo_is_checked_first_and_deposited_by_a_second_step: portraits,
    several_photos_are_dropped_pasted_and_deposited_at_once: portraits,
    a_refused_photo_tells_measured_values_and_limits_and_stores_nothing: portraits,
    an_exception_is_declared_before_or_after_the_check: portraits,
    without_a_script_a_photo_is_deposited_in_two_steps: portraits,
    the_same_file_shows_the_same_receipt_on_another_day: portraits,
    a_withdrawn_photo_asks_before_it_gets_a_new_code: portraits,
    a_photo_that_ends_between_check_and_deposit_is_asked_about_again: portraits,
    a_page_that_was_open_for_days_deposits_without_another_step: small,
    the_receipt_page_shows_and_saves_the_code_only_for_this_browser: portraits,

    // Reloads, cuts and double clicks.
    reloads_cuts_and_double_clicks_at_random_moments_make_one_photo_and_one_code: small,
    a_form_that_was_sent_twice_without_a_script_leads_to_the_same_receipt: small,

    // Attacks on studios.
    no_address_of_another_studios_photo_tells_more_than_that_it_is_unknown: small,
    no_form_of_a_foreign_page_deposits_or_withdraws: small,
    every_form_of_the_studio_pages_carries_a_token: small,
    no_studio_page_and_no_connect_page_lets_itself_be_framed: small,
    names_and_notes_are_shown_as_text: small,
    nothing_of_a_deposit_stays_behind_in_the_browser: small,

    // Photos of the studio.
    a_refusal_is_told_with_reason_and_note_and_marked_until_it_was_seen: small,
    photos_are_filtered_by_state_and_withdrawn: small,
    without_a_script_a_photo_is_withdrawn_and_a_refusal_marked_as_seen: small,

    // The studio's computer.
    a_studio_is_told_in_time_that_its_certificate_ends: small,
    a_browser_without_a_studios_certificate_is_told_what_is_missing: small,
    the_page_of_the_computer_knows_device_gateway_and_browser: small,

    // Many photos, and every size of window.
    a_photo_whose_code_has_ended_is_not_among_those_that_are_deposited_at_once: portraits,
    a_folder_is_dropped_with_the_folders_in_it: portraits,
    a_file_that_is_gone_is_not_called_a_broken_connection: portraits,
    a_changed_declaration_is_checked_before_the_photo_can_be_deposited: portraits,
    thirty_photos_do_not_freeze_the_page_and_are_checked_one_after_another: portraits,
    a_tablet_deposits_by_touch: portraits,
    every_studio_page_is_fit_for_everybody: portraits,
    the_english_studio_pages_are_fit_for_everybody: portraits,
    every_stop_of_the_tab_key_is_seen_on_the_studio_pages: small,
    forced_colours_and_print_keep_the_studio_pages_readable: portraits,

    // The whole path of a studio.
    connect_deposit_print_refusal_withdraw_renew: portraits,
}

#[tokio::test]
async fn every_story_of_the_browser_is_told() {
    let mut told = STORIES.to_vec();
    told.sort_unstable();
    let mut stories = ChromiumDriver::shared().stories().await;
    stories.sort_unstable();
    assert_eq!(stories, told);
}
