//! Certificates for browsers: the parts of pages that make a device's key and hand it over with its certificate as a PKCS#12 file.
//!
//! The key is made by the browser (WebCrypto) and never sent. Certificate request (PKCS#10), the gateway's answer (PKCS#7) and the file
//! (PKCS#12) are DER. `der.js` and `device_file.js` write and read them in about 230 lines. A library would be a file of several thousand
//! lines that each release has to audit and update; these formats do not change, and the tests compare the result with OpenSSL, Java and
//! NSS.
//!
//! ```text
//! der.js <- device_file.js <- page_parts.js <- connect/connect.js   (first certificate, by the code of an invitation)
//!                                           <- renewal.js           (next certificate, over mutual TLS)
//! ```
//! A page with one of these scripts contains `device_file_section` and `failure_template`, from which the scripts take their texts.

pub(in crate::pages) mod device_file_section;
pub(in crate::pages) mod renewal;
