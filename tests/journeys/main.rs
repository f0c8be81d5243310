//! Stories of an office, told with real phones against the daemon as it ships. One story per file.
#![cfg(test)]

mod a_call_is_handed_on;
mod a_lamp_follows_a_colleague;
mod a_login_is_kept_alive;
mod bad_input_gets_a_clear_answer;
mod browsers_telephone;
mod caller_cannot_pretend;
mod calls_run_their_course;
mod config_errors_name_the_fix;
mod digest_nonce_goes_beyond_ff;
mod disk_and_database_faults;
mod every_generation_of_account;
mod first_answer_wins;
mod lines_fall_and_come_back;
mod lines_register;
mod money_and_contacts;
mod page_is_sound_everywhere;
mod page_shows_a_call;
mod phones_come_and_go;
mod power_cuts_double_no_change;
mod restart_forgets_no_phone;
mod scanners_find_nothing;
mod shutdown_says_goodbye;
mod strangers_on_tls_hurt_nobody;
mod the_copy_is_cheap;
mod the_house_and_the_cloud_agree;
mod the_link_to_the_account;
mod the_log_keeps_secrets;
mod the_mirror_shows_its_age;
mod the_tools_hear_right;
mod two_phones_talk;
mod two_phones_talk_with_the_cloud_gone;
mod voice_is_closed;
mod voice_over_both_families;
mod who_cannot_be_reached;
mod wrong_password_is_refused;
