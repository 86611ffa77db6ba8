//! Spark's hash of a string: Murmur3 x86 32 with seed 42 and Spark's own handling of the tail.
//!
//! Standard Murmur3 mixes up to three left-over bytes as one word; Spark's `hashUnsafeBytes` mixes each of
//! them as a word of its own, sign-extended. Source: Spark `Murmur3_x86_32.java`.

const C1: u32 = 0xcc9e_2d51;
const C2: u32 = 0x1b87_3593;
const SEED: u32 = 42;

/// `hash(text)` of Spark SQL.
pub fn spark_hash(text: &str) -> i32 {
    let (words, tail) = text.as_bytes().as_chunks::<4>();
    let mut hash = SEED;
    for word in words {
        hash = mix(hash, u32::from_le_bytes(*word));
    }
    for byte in tail {
        hash = mix(hash, i32::from(byte.cast_signed()).cast_unsigned());
    }
    let length = u32::try_from(text.len()).expect("ids are bounded by the field limit");
    finish(hash, length).cast_signed()
}

/// `pmod(hash(text), buckets)`: the bucket of a customer.
pub fn bucket(text: &str, buckets: u32) -> u32 {
    i64::from(spark_hash(text)).rem_euclid(i64::from(buckets)).try_into().expect("under `buckets`")
}

fn mix(hash: u32, word: u32) -> u32 {
    let word = word.wrapping_mul(C1).rotate_left(15).wrapping_mul(C2);
    (hash ^ word).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
}

fn finish(hash: u32, length: u32) -> u32 {
    let mut hash = hash ^ length;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spark chains columns by taking the hash so far as the seed of the next one.
    fn hash_int(value: i32, seed: i32) -> i32 {
        finish(mix(seed.cast_unsigned(), value.cast_unsigned()), 4).cast_signed()
    }

    #[test]
    fn agrees_with_the_example_in_spark_sqls_documentation() {
        // `SELECT hash('Spark', array(123), 2)` gives -1321691492.
        assert_eq!(hash_int(2, hash_int(123, spark_hash("Spark"))), -1_321_691_492);
    }

    #[test]
    fn a_bucket_is_never_negative() {
        assert_eq!(spark_hash("张三"), -669_488_435);
        assert_eq!(bucket("张三", 16), 13);
    }
}
