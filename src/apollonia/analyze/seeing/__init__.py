"""What can be seen in pictures: pure functions over arrays, for analysers and their tests."""
