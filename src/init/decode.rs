//! The start of a text file to text: packing and character set told from the bytes.
//!
//! Reads: bytes that may end anywhere. Guessing is allowed here and nowhere else: a person checks what comes of it.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use flate2::read::MultiGzDecoder;
use std::io::Read;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// So much of what was packed is looked at.
const UNPACKED_BYTES_MAX: usize = 1 << 20;

/// The name of the packing, and what is inside as far as it can be read.
pub fn unpack(bytes: &[u8]) -> (Option<&'static str>, Vec<u8>) {
    if bytes.starts_with(&GZIP_MAGIC) {
        (Some("gzip"), read_some(MultiGzDecoder::new(bytes)))
    } else if bytes.starts_with(&ZSTD_MAGIC) {
        let unpacked = zstd::stream::read::Decoder::with_buffer(bytes).map(read_some);
        (Some("zstd"), unpacked.unwrap_or_default())
    } else {
        (None, bytes.to_vec())
    }
}

/// Reads until the end, the limit, or the fault that the cut makes.
fn read_some(mut reader: impl Read) -> Vec<u8> {
    let mut unpacked = vec![0; UNPACKED_BYTES_MAX];
    let mut length = 0;
    while length < unpacked.len() {
        match reader.read(&mut unpacked[length..]) {
            Ok(0) | Err(_) => break,
            Ok(read) => length += read,
        }
    }
    unpacked.truncate(length);
    unpacked
}

/// The text, and its encoding as the configuration writes it; `None` where no known encoding fits.
pub fn decode(bytes: &[u8]) -> Option<(&'static str, String)> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        // With its mark, UTF-16 needs no word about the order of bytes.
        let name = if encoding == UTF_8 { "utf-8" } else { "utf-16" };
        return decode_as(encoding, &bytes[length..]).map(|text| (name, text));
    }
    let of_utf16 = match zero_bytes(bytes) {
        (even, odd) if odd > even.saturating_mul(4) => Some((UTF_16LE, "utf-16le")),
        (even, odd) if even > odd.saturating_mul(4) => Some((UTF_16BE, "utf-16be")),
        _ => None,
    };
    if let Some((encoding, name)) = of_utf16 {
        return decode_as(encoding, bytes).map(|text| (name, text));
    }
    let utf8 = decode_as(UTF_8, bytes).map(|text| ("utf-8", text));
    utf8.or_else(|| decode_as(GB18030, bytes).filter(|text| is_chinese(text)).map(|text| ("gb18030", text)))
}

/// Zero bytes at even and at odd places: ASCII in UTF-16 has one in each pair.
fn zero_bytes(bytes: &[u8]) -> (usize, usize) {
    let zeros = |first: usize| bytes.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    (zeros(0), zeros(1))
}

/// Strictly; a character that the end cuts off is left out.
fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len())?);
    let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, false);
    (result == encoding_rs::DecoderResult::InputEmpty).then_some(text)
}

/// Whether most characters beyond ASCII are common Han characters or their punctuation: text in a Latin encoding may
/// decode as GB18030, but not to these.
fn is_chinese(text: &str) -> bool {
    let beyond_ascii = text.chars().filter(|c| !c.is_ascii());
    let (mut common, mut all) = (0usize, 0usize);
    for character in beyond_ascii {
        all += 1;
        let is_common = matches!(character, '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}' | '·');
        common += usize::from(is_common);
    }
    common * 2 > all
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn encodings_are_told_apart() {
        let text = "客户号,开户日期\n1,2024-02-29\n";
        let utf16 = |mark: bool, big: bool| -> Vec<u8> {
            let mark = mark.then_some(0xfeff);
            let units = mark.into_iter().chain(text.encode_utf16());
            units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let gb18030 = GB18030.encode(text).0.into_owned();
        let with_mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), "utf-8"),
            (with_mark, "utf-8"),
            (gb18030.clone(), "gb18030"),
            (utf16(true, false), "utf-16"),
            (utf16(true, true), "utf-16"),
            (utf16(false, false), "utf-16le"),
            (utf16(false, true), "utf-16be"),
        ] {
            assert_eq!(decode(&bytes), Some((encoding, text.to_owned())));
        }
        assert_eq!(decode(&gb18030[..3]), Some(("gb18030", "客".to_owned())), "cut within a character");
        assert_eq!(decode(b"Zo\xeb Schmidt,Jos\xe9 P\xe9rez\n"), None, "Latin-1");
    }

    #[test]
    fn packed_text_is_read_as_far_as_it_goes() {
        let text = "a,b\n1,2\n".repeat(5000);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        let gzip = gzip.finish().unwrap();
        let zstd = zstd::stream::encode_all(text.as_bytes(), 1).unwrap();
        assert_eq!(unpack(&gzip), (Some("gzip"), text.clone().into_bytes()));
        assert_eq!(unpack(&zstd), (Some("zstd"), text.clone().into_bytes()));
        assert!(text.as_bytes().starts_with(&unpack(&gzip[..gzip.len() / 2]).1));
        assert_eq!(unpack(b"a,b"), (None, b"a,b".to_vec()));
    }
}
