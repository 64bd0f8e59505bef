from apollonia.analyze.seeing.votes import Sighting, in_a_film, in_a_picture, least_score

BOX = (0.1, 0.1, 0.5, 0.5)


def seen(label, score, still):
    return Sighting(label, score, BOX, still, still * 0.5)


def test_what_is_seen_again_and_clearly_once_is_there():
    sightings = [seen("car", score, still) for still, score in enumerate((0.5, 0.84, 0.6))]
    [car] = in_a_film(sightings, 0.5, 20)
    assert (car.label, car.score, car.stills, car.most) == ("car", 0.84, 3, 1)
    assert [(span.start_s, span.end_s) for span in car.spans] == [(0.0, 1.5)]
    assert car.best.still == 1


def test_a_single_frame_and_doubtful_ones_do_not_count():
    assert in_a_film([seen("car", 0.9, 4)], 0.5, 20) == []
    assert in_a_film([seen("car", 0.55, still) for still in range(9)], 0.5, 20) == []
    assert [it.label for it in in_a_film([seen("car", 0.9, 0)], 0.5, 1)] == ["car"]


def test_two_stretches_are_two_spans_and_a_stray_one_is_none():
    stills = [0, 1, 2, 20, 21, 40]
    [car] = in_a_film([seen("car", 0.7, still) for still in stills], 0.5, 50)
    assert [(span.start_s, span.end_s) for span in car.spans] == [(0.0, 1.5), (10.0, 11.0)]


def test_classes_that_were_seen_in_nothing_are_asked_for_more():
    assert least_score("dog") < least_score("kite")
    assert in_a_picture([seen("kite", 0.7, 0)]) == []
    [dogs] = in_a_picture([seen("dog", 0.8, 0), seen("dog", 0.5, 0), seen("cat", 0.5, 0)])
    assert (dogs.label, dogs.most) == ("dog", 2)
