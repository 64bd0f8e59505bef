"""What models run on: LiteRT for processors, TensorFlow for GPUs. Imported where a model runs."""
