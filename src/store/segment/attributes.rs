//! The coded fields of a transaction in sixteen bits.

use crate::contract::codes::{Channel, Kind, ProductKind};

/// Kind (bits 0 to 4), product kind (5 to 10) and channel (11 to 14), both one more than their place in the
/// code table and zero where absent, and own account elsewhere (bit 15).
///
/// A code table may grow at its end without a new format, never otherwise: segments keep places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes {
    pub kind: Kind,
    pub product_kind: Option<ProductKind>,
    pub channel: Option<Channel>,
    pub own_account_elsewhere: bool,
}

const KIND_MASK: u16 = 0x1f;
const PRODUCT_SHIFT: u32 = 5;
const PRODUCT_MASK: u16 = 0x3f;
const CHANNEL_SHIFT: u32 = 11;
const CHANNEL_MASK: u16 = 0x0f;
const OWN_SHIFT: u32 = 15;

/// As long as their bits count, so that no look-up can fail; what no code has is never looked up.
const KINDS: [Kind; 32] = {
    let mut kinds = [Kind::Other; 32];
    let mut i = 0;
    while i < Kind::ALL.len() {
        kinds[i] = Kind::ALL[i];
        i += 1;
    }
    kinds
};

pub(super) const PRODUCT_KINDS: [ProductKind; 64] = {
    let mut kinds = [ProductKind::Other; 64];
    let mut i = 0;
    while i < ProductKind::ALL.len() {
        kinds[i] = ProductKind::ALL[i];
        i += 1;
    }
    kinds
};

const OPTIONAL_PRODUCT_KINDS: [Option<ProductKind>; 64] = {
    assert!(ProductKind::ALL.len() < 64);
    let mut kinds = [None; 64];
    let mut i = 0;
    while i < ProductKind::ALL.len() {
        kinds[i + 1] = Some(ProductKind::ALL[i]);
        i += 1;
    }
    kinds
};

const OPTIONAL_CHANNELS: [Option<Channel>; 16] = {
    assert!(Channel::ALL.len() < 16);
    let mut channels = [None; 16];
    let mut i = 0;
    while i < Channel::ALL.len() {
        channels[i + 1] = Some(Channel::ALL[i]);
        i += 1;
    }
    channels
};

impl Attributes {
    #[inline]
    pub fn pack(self) -> u16 {
        let product_kind = self.product_kind.map_or(0, |kind| kind as u16 + 1);
        let channel = self.channel.map_or(0, |channel| channel as u16 + 1);
        self.kind as u16
            | product_kind << PRODUCT_SHIFT
            | channel << CHANNEL_SHIFT
            | u16::from(self.own_account_elsewhere) << OWN_SHIFT
    }

    /// What was packed; see [`Attributes::is_known`] for bits from elsewhere.
    #[inline]
    pub fn unpack(packed: u16) -> Self {
        Self {
            kind: KINDS[usize::from(packed & KIND_MASK)],
            product_kind: OPTIONAL_PRODUCT_KINDS[usize::from(packed >> PRODUCT_SHIFT & PRODUCT_MASK)],
            channel: OPTIONAL_CHANNELS[usize::from(packed >> CHANNEL_SHIFT & CHANNEL_MASK)],
            own_account_elsewhere: packed >> OWN_SHIFT == 1,
        }
    }

    /// Whether these bits name codes that this program has.
    #[inline]
    pub(super) fn is_known(packed: u16) -> bool {
        usize::from(packed & KIND_MASK) < Kind::ALL.len()
            && usize::from(packed >> PRODUCT_SHIFT & PRODUCT_MASK) <= ProductKind::ALL.len()
            && usize::from(packed >> CHANNEL_SHIFT & CHANNEL_MASK) <= Channel::ALL.len()
    }
}
