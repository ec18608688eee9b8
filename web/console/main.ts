import '../shared/styles/tokens.css';
import '../shared/styles/base.css';

import { createApp } from 'vue';

import { loadCity, titled } from '../shared/city';
import { say, startModes } from '../shared/modes';
import App from './App.vue';
import { room } from './rooms';
import { me } from './session';

startModes('narrow', () => titled((me.value && room.value?.title()) || say('控制台', 'Console'), say('经纬', 'Jingwei')));
void loadCity();
createApp(App).mount('#app');
