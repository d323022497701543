//! The face model: SeetaFace Detection (Wu, Kan, He, Shan, Chen: Funnel-structured cascade for multi-view face detection),
//! as it comes with the package `rustface`, whose reading of it this follows (both BSD-2-Clause; file, licence and origin are in
//! `models/`).
//!
//! Why not the package's own detector: it copies windows through unchecked pointers, by boxes that its networks have moved, and
//! nothing holds these within its buffers; a gateway looks at what strangers send. So the model is its, the arithmetic ours:
//! no pointers, bounded work, and about a quarter of the time. A test holds both against each other.

use std::sync::LazyLock;

/// Features of a boosted cascade that are summed between two looks at the threshold.
pub(super) const GROUP: usize = 10;

/// The model that comes with the program; `None` only if it could not be read, which a test excludes.
pub(super) static MODEL: LazyLock<Option<Model>> = LazyLock::new(|| Model::parse(BYTES));

static BYTES: &[u8] = include_bytes!("models/seeta_fd_frontal_v1.0.bin");

/// Three quick cascades that propose windows, each for one view of a face, and networks that sift and move the proposals.
pub(super) struct Model {
    pub(super) cascades: Vec<Cascade>,
    /// From coarse to fine.
    pub(super) networks: Vec<Network>,
}

/// Sums of weights over local patterns ("LAB": is a spot as bright as its eight neighbours?).
pub(super) struct Cascade {
    pub(super) features: Vec<Feature>,
}

/// One pattern: where to look in the window of 40 x 40, what each of its 256 forms is worth, and what the sum must be here.
pub(super) struct Feature {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) weights: Box<[f32; 256]>,
    pub(super) threshold: f32,
}

/// A small network over gradient sums; says whether it sees a face and how to move the window.
pub(super) struct Network {
    /// Numbers of the patches it looks at, as `patches.rs` counts them from 0.
    pub(super) patches: Vec<usize>,
    pub(super) threshold: f32,
    pub(super) layers: Vec<Layer>,
}

/// One layer: `weights` holds a row of `inputs` numbers for each bias.
pub(super) struct Layer {
    pub(super) inputs: usize,
    pub(super) weights: Vec<f32>,
    pub(super) biases: Vec<f32>,
}

impl Model {
    /// Reads the file: little-endian numbers without names, hence every count is checked against what the file is known to hold.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let reader = &mut Reader { rest: bytes };
        reader.expect(&[3])?;
        reader.expect(&[3])?;
        let mut cascades = Vec::new();
        for _ in 0..3 {
            reader.expect(&[1, 0])?;
            cascades.push(reader.cascade()?);
            // Sources of a cascade: -1, none but the picture.
            (reader.word()? == [0xFF; 4]).then_some(())?;
        }
        let mut networks = Vec::new();
        // One hierarchy of two networks over all three cascades' proposals, then one of a single network.
        reader.expect(&[1, 2])?;
        networks.push(reader.network()?);
        networks.push(reader.network()?);
        reader.expect(&[3, 0, 1, 2])?;
        reader.expect(&[1, 1])?;
        networks.push(reader.network()?);
        reader.expect(&[1, 0])?;
        reader.rest.is_empty().then_some(Self { cascades, networks })
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn word(&mut self) -> Option<[u8; 4]> {
        let (word, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*word)
    }

    fn float(&mut self) -> Option<f32> {
        Some(f32::from_le_bytes(self.word()?)).filter(|number| number.is_finite())
    }

    fn floats(&mut self, count: usize) -> Option<Vec<f32>> {
        (0..count).map(|_| self.float()).collect()
    }

    /// A number from 0 to `max`.
    fn number(&mut self, max: usize) -> Option<usize> {
        usize::try_from(i32::from_le_bytes(self.word()?)).ok().filter(|number| *number <= max)
    }

    fn expect(&mut self, numbers: &[usize]) -> Option<()> {
        numbers.iter().try_for_each(|number| (self.number(1000)? == *number).then_some(()))
    }

    fn cascade(&mut self) -> Option<Cascade> {
        let count = self.number(1000)?;
        self.expect(&[255])?;
        // A pattern reaches over 9 x 9 pixels of a window of 40 x 40.
        let places = (0..count).map(|_| Some((self.number(31)?, self.number(31)?))).collect::<Option<Vec<_>>>()?;
        let thresholds = self.floats(count)?;
        let mut features = Vec::with_capacity(count);
        for ((x, y), threshold) in places.into_iter().zip(thresholds) {
            let weights = self.floats(256)?.into_boxed_slice().try_into().ok()?;
            features.push(Feature { x, y, weights, threshold });
        }
        (count > 0 && count.is_multiple_of(GROUP)).then_some(Cascade { features })
    }

    fn network(&mut self) -> Option<Network> {
        self.expect(&[1])?;
        let layers = self.number(8)?.checked_sub(1)?;
        let patches = self.number(64)?;
        let patches =
            (0..patches).map(|_| self.number(super::patches::COUNT)?.checked_sub(1)).collect::<Option<Vec<usize>>>()?;
        let threshold = self.float()?;
        let mut inputs = self.number(1024)?;
        if inputs != patches.len() * super::patches::VALUES {
            return None;
        }
        let mut network = Network { patches, threshold, layers: Vec::with_capacity(layers) };
        for _ in 0..layers {
            let outputs = self.number(1024)?;
            let weights = self.floats(inputs * outputs)?;
            network.layers.push(Layer { inputs, weights, biases: self.floats(outputs)? });
            inputs = outputs;
        }
        // A face or not, and by how much to move it right, down and apart.
        (inputs == 4).then_some(network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_can_be_read() {
        let model = MODEL.as_ref().unwrap();
        assert_eq!(model.cascades.len(), 3);
        assert!(model.cascades.iter().all(|cascade| cascade.features.len() == 150));
        let inputs: Vec<_> = model.networks.iter().map(|network| network.layers[0].inputs).collect();
        assert_eq!(inputs, [128, 256, 512]);
    }

    #[test]
    fn a_cut_or_longer_model_is_none() {
        for length in (0..BYTES.len()).step_by(50_021) {
            assert!(Model::parse(&BYTES[..length]).is_none(), "{length}");
        }
        assert!(Model::parse(&[BYTES, &[0]].concat()).is_none());
    }
}
