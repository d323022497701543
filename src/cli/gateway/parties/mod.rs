//! Commands about studios, offices, their devices and invitations.

mod approve;
mod bind_device;
pub mod device;
mod device_list;
mod invite;
mod letter;
pub mod new_device;
pub mod party;
pub mod pkcs12_file;
pub mod provision_device;
pub mod release;
