//! Pixels to a PNG file, and the averaging that smooths edges.

use flate2::Compression;
use flate2::Crc;
use flate2::write::ZlibEncoder;
use std::io::Write;

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
const CHANNELS: usize = 3;
/// Eight bits a channel, red green blue, the one compression and filter method, not interlaced.
const FORM: [u8; 5] = [8, 2, 0, 0, 0];
/// Every byte of a line is stored as its difference to the byte above.
const FILTER_UP: u8 = 2;

/// So many finished pixels at a time are looked at: most are blank paper.
const BLOCK: usize = 24;
const PAPER: u8 = 255;

/// Each pixel the mean of `factor` by `factor` pixels of a picture that is `width` pixels wide
/// after that; `factor` is at most 15, so that sums fit.
pub(super) fn averaged(pixels: &[u8], width: usize, factor: usize) -> Vec<u8> {
    let fine_line = width * factor * CHANNELS;
    let paper = vec![PAPER; BLOCK * factor * CHANNELS];
    let mut mean = Vec::with_capacity(pixels.len() / (factor * factor));
    for lines in pixels.chunks_exact(fine_line * factor) {
        for from in (0..fine_line).step_by(paper.len()) {
            let until = fine_line.min(from + paper.len());
            let mut parts = lines.chunks_exact(fine_line).map(|line| &line[from..until]);
            if parts.clone().all(|part| *part == paper[..part.len()]) {
                mean.extend_from_slice(&paper[..(until - from) / factor]);
            } else {
                let sums = parts.by_ref().fold(vec![0; until - from], added);
                mean.extend(sums.chunks_exact(factor * CHANNELS).flat_map(mean_color));
            }
        }
    }
    mean
}

/// The sum of each byte of a line and those above it.
fn added(mut sums: Vec<u16>, line: &[u8]) -> Vec<u16> {
    sums.iter_mut().zip(line).for_each(|(sum, byte)| *sum += u16::from(*byte));
    sums
}

/// The mean of a square of pixels of whose columns these are the sums.
fn mean_color(columns: &[u16]) -> [u8; CHANNELS] {
    let across = columns.len() / CHANNELS;
    let samples = (across * across) as u16;
    std::array::from_fn(|channel| {
        let sum: u16 = columns.iter().skip(channel).step_by(CHANNELS).sum();
        ((sum + samples / 2) / samples) as u8
    })
}

/// A PNG file of red, green and blue bytes, line by line.
pub(super) fn encode(pixels: &[u8], width: u32, height: u32) -> std::io::Result<Vec<u8>> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    let mut above = vec![0; width as usize * CHANNELS];
    for line in pixels.chunks_exact(above.len()) {
        let differences: Vec<u8> =
            line.iter().zip(&above).map(|(a, b)| a.wrapping_sub(*b)).collect();
        zlib.write_all(&[FILTER_UP])?;
        zlib.write_all(&differences)?;
        above.copy_from_slice(line);
    }
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend(FORM);
    let mut file = SIGNATURE.to_vec();
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"IDAT", &zlib.finish()?);
    chunk(&mut file, b"IEND", &[]);
    Ok(file)
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(data);
    file.extend((data.len() as u32).to_be_bytes());
    file.extend(kind);
    file.extend(data);
    file.extend(crc.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::ZlibDecoder;
    use std::io::Read;

    #[test]
    fn a_pixel_is_the_mean_of_its_parts() {
        let fine = [[0; 3], [255; 3], [255; 3], [255; 3], [9; 3], [9; 3], [0; 3], [255; 3]];
        let pixels = fine.map(|pixel| pixel).concat();
        // Two pixels wide, one high: the upper line holds the first four.
        assert_eq!(averaged(&pixels, 2, 2), [68, 68, 68, 191, 191, 191]);
    }

    #[test]
    fn a_file_decodes_to_its_pixels() {
        let pixels: Vec<u8> = (0..2 * 3 * 3).collect();
        let file = encode(&pixels, 2, 3).unwrap();
        assert_eq!(file[..8], SIGNATURE);
        assert_eq!(file[8..33], *b"\0\0\0\rIHDR\0\0\0\x02\0\0\0\x03\x08\x02\0\0\0\x36\x88\x49\xd6");
        let length = u32::from_be_bytes(file[33..37].try_into().unwrap()) as usize;
        let mut lines = Vec::new();
        ZlibDecoder::new(&file[41..41 + length]).read_to_end(&mut lines).unwrap();
        let mut above = vec![0; 6];
        for line in lines.chunks(7) {
            assert_eq!(line[0], FILTER_UP);
            above = above.iter().zip(&line[1..]).map(|(a, b): (&u8, &u8)| a + b).collect();
        }
        assert_eq!(above, pixels[12..], "the last line is the sum of all differences");
        assert!(file.ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"));
    }
}
