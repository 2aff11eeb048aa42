/** The texts of the pages of Learn. They are loaded with these pages alone. */
export const learnTexts = {
  title: "Learn",
  description:
    "How a machine comes to write music. Five short pages, each with something to play; nobody must have trained a model before.",
  minutes: (minutes: number) => `${minutes} minutes`,
  sources: "Sources",
  inRepository: (file: string) => `In OpenComposer's repository: ${file}`,
  next: (title: string) => `Next: ${title}`,
  all: "All pages",
  noSuch: (id: string) => `There is no page ${id} in Learn.`,
  capsules: {
    gan: {
      title: "Two who play against each other",
      teaser: "How a GAN learns to accompany: one network writes, another judges. Hear it after each epoch.",
      minutes: 4,
      lead: "A GAN is two networks. The generator is given a melody and writes three voices under it. The critic is given four voices and scores how real they sound. Neither is told a rule of harmony.",
      game: [
        "At first the generator's voices are chance, and the critic knows no better. So the critic learns first: it sees real chorales and the generator's attempts, and is changed a little so that the real ones score higher. Then the generator is changed a little so that its next attempts score higher. That is repeated some thousand times.",
        "What the generator never sees is why its music scored badly. It only learns in which direction of its 880,000 numbers the score would have been better. That this is enough to find keys, chords and voices is the surprise of the method.",
      ],
      hearTitle: "Hear it learn",
      hear: "This generator learned from nine chorales in C major, in two minutes on two processor cores. Move the epoch, or let the melody run on while the model grows older.",
      hearEpoch: (epoch: number) => `After epoch ${epoch}`,
      playAll: "Play all epochs",
      whatToHear: [
        "Epoch 1: notes of all lengths, in no key. It is not silence and not noise: the network was also told what the composer wrote under each melody, which gets it through the first minutes.",
        "From about epoch 8 on the notes grow longer, because the critic has noticed that Bach's are.",
        "At the end the voices keep apart and move together. Nine pieces are far too few: the stock model learned from 256, through 60 epochs.",
      ],
      stockTitle: "The stock model, on another melody",
      after:
        "When the training is over, the critic has done its work: only the generator composes. To the same melody it writes another accompaniment with each seed, because part of what it is given is chance.",
      sources: [
        "Gulrajani et al. 2017, Improved Training of Wasserstein GANs (arXiv 1704.00028)",
        "docs/how-models-learn.md",
        "sagemaker-containers/unet-gan/README.md",
      ],
    },
    notes: {
      title: "Note by note",
      teaser: "How the AR-CNN re-writes a piece: it adds and takes away single notes, and you can watch.",
      minutes: 3,
      lead: "The AR-CNN does not write a piece from left to right. It looks at the whole page, changes some cells of it, and looks again.",
      game: [
        "To teach it, music is spoiled. A chorale loses notes, or a voice, or everything; wrong notes are put in. The network is asked: which cells must be toggled to get the composer's piece back? That question has an answer, so its losses are errors, unlike the GAN's.",
        "To compose, it is given a melody as a page with a great deal missing. It says how likely each change is, some of the likely ones are made, and it reads the page again. What was added early can be taken back later, when it no longer fits.",
      ],
      hearTitle: "Watch 224 edits",
      hear: "Four bars of “Twinkle, Twinkle”, given as a melody alone. Move the slider, or let the edits play: ivory is the melody, blue is what was added, and what has just been added or taken away is yellow or framed in red. Press Play at any moment to hear what stands there.",
      whatToHear: [
        "The page was read six times. Each of the first three readings added one cell in every sixteenth: three voices under the melody.",
        "The last three mended: sixteen cells were taken away, and sixteen others were put in their place.",
        "Each edit has a pass and a probability. Set the least probability higher, and only what the network was sure of is left.",
      ],
      after: "In the studio, “How it was made” shows the same of any piece that you have re-written.",
      sources: [
        "Chi et al. 2020, Generating Music with a Self-Correcting Non-Chronological Autoregressive Model (arXiv 2008.08927)",
        "docs/how-models-learn.md",
      ],
    },
    losses: {
      title: "What a loss is, and is not",
      teaser: "The curves of a training, what they tell, and why two ears are still needed.",
      minutes: 4,
      lead: "A loss is the number that a training makes smaller. It is what the network is corrected by. It is not a grade of the music.",
      game: [
        "Some losses are errors. The AR-CNN and the Transformer are asked something with a right answer, and pay the more the less they expected it: nothing if they were sure, 0.69 at even chances between two. Nobody can know Bach's next note, so such a loss falls and then stays above 0.",
        "The GAN's losses are the state of a game. The critic's says how far apart it finds the two kinds of music, in a unit of its own. The generator's may rise while the music gets better, because the critic has become stricter. A plateau says that the two are in balance, and nothing about what you hear.",
      ],
      hearTitle: "One training, its curves, and its sound",
      hear: "Click into a curve to hear that epoch. The thin line is where you are.",
      guessTitle: "Which of the two is the later one?",
      guess:
        "Both were played by the same model, some epochs apart. Listen, then answer: the notes are shown afterwards. Then look at their losses.",
      guessRight: "Yes.",
      guessWrong: "No, it was the other one.",
      guessAfter: (earlier: number, later: number) =>
        `They are epoch ${earlier} and epoch ${later}. The generator's loss was higher at the later one.`,
      first: "The first",
      second: "The second",
      rulesTitle: "Four rules",
      rules: [
        "A loss that is flat has come to rest. It may rest at bad music.",
        "Never compare the levels of two GANs: each critic measures in its own unit.",
        "A loss that falls on the training pieces and rises on other pieces means that pieces are being learned by heart.",
        "Read the music's own figures beside the training data's, and listen to the samples.",
      ],
      after:
        "In our run of AWS's published recipe, losses that looked healthy went with an accompaniment that fell silent for a hundred updates: an empty page is nearer to Bach than noise is.",
      sources: ["docs/how-models-learn.md: The losses; What losses do not tell", "docs/plots/aws-recipe.svg"],
    },
    bach: {
      title: "What makes it Bach",
      teaser: "Four figures, by ear, and a quiz in which you are the critic.",
      minutes: 6,
      lead: "All figures count notes; none of them hears music. For each there is a value that Bach has, and further is not better: music without any dissonance is as unlike him as music full of it.",
      hearTitle: "One figure goes wrong at a time",
      hear: "The melody stays the same. Play the piece as the stock model wrote it, then each of the others.",
      original: { title: "As it was written", says: "Each voice moves by small steps, and the last chord closes." },
      spoilings: {
        dissonant: {
          title: "Dissonance",
          says: "Every third note is a semitone too high. In Bach a tenth of the pairs of notes rub; here far more do, and without preparation.",
        },
        scattered: {
          title: "Leaps",
          says: "Voices jump by octaves. Bach comes to a dissonance by step; one that is leapt into sounds like a wrong note.",
        },
        frozen: {
          title: "Passing notes",
          says: "One chord is held through each bar. Nothing is wrong, and nothing happens: too few pitches in a bar.",
        },
        open: {
          title: "Phrases that close",
          says: "The last bar is a step too high. One knows a chorale by its closes; without one it does not end.",
        },
      },
      quizTitle: "Which is Bach?",
      quiz: "Six melodies of chorales, each with Bach's own voices and with those of a model that has never learned from that piece. Same instrument, same loudness. You are the critic.",
      round: (round: number, rounds: number) => `Melody ${round} of ${rounds}`,
      isBach: (place: string) => `${place} is Bach`,
      right: "Right.",
      wrong: "That was the model.",
      reveal: (title: string, id: string, model: string) => `“${title}” (${id}); the other voices are by ${model}.`,
      next: "Next melody",
      score: (right: number, rounds: number) => `You knew Bach ${right} of ${rounds} times.`,
      scoreWords: {
        chance: "A coin would do as well: these excerpts are short, and the models are not bad at two phrases.",
        some: "Better than a coin. What gave the model away? Mostly the inner voices, and the ends of phrases.",
        all: "A good critic. The network that judged the generator while it learned had your job, some thousand times.",
      },
      again: "Once more",
      places: ["A", "B"],
      missing:
        "This console has no excerpts. They are cut out of a collection whose files may be used and not passed on, so a console on the net goes without. On a machine of your own they are here some minutes after the first npm start.",
      failed: "The excerpts cannot be loaded at the moment.",
      source: (source: string, license: string) => `Bach's voices: ${source}. ${license}`,
      sources: [
        "docs/how-models-learn.md: The musical metrics",
        "Dong et al. 2018, MuseGAN (arXiv 1709.06298)",
        "models/unet-gan-bach/evaluation.md",
      ],
    },
    aws: {
      title: "How this runs on AWS",
      teaser: "What happens between Compose and the first note, and why nothing is computed while nobody composes.",
      minutes: 3,
      lead: "Everything here runs in one AWS account, or on one laptop with the same code. When nobody uses it, nothing is computed.",
      hearTitle: "The way of this piece",
      hear: "It was composed on one machine in 0.8 seconds, from the request to the finished file.",
      steps: [
        { title: "API Gateway", says: "takes the request, and checks your token with Cognito." },
        {
          title: "Lambda",
          says: "checks every field, writes the composition to DynamoDB as waiting, and returns at once: 202.",
        },
        { title: "SQS", says: "keeps the work until somebody takes it. What is delivered twice is done once." },
        {
          title: "Lambda, the worker",
          says: "reads the melody, turns it into a roll of sixteenths, and asks for its accompaniment.",
        },
        {
          title: "SageMaker endpoint",
          says: "runs the network, without a machine of its own in the meantime: it starts when it is asked.",
        },
        { title: "S3", says: "keeps the MIDI file. DynamoDB now says finished, and your browser fetches the notes." },
      ],
      training: [
        "A training is a workflow of Step Functions: choose the pieces, start a SageMaker training job, watch it, store the best epoch as a model. The workflow waits without computing.",
        "The container writes a line of progress after each epoch, and samples that you can hear while it learns. If the machine is taken away, another one goes on from the last checkpoint.",
      ],
      after:
        "The local cloud that npm start begins runs the same functions against stand-ins of these services, which is why this page works on a laptop without an account.",
      sources: ["docs/architecture.md", "docs/local-and-aws.md", "docs/adr/"],
    },
  },
} as const;
